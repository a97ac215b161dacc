// Package export writes lists as files: CSV, XLSX and NDJSON. A writer keeps no row, so its memory does not grow with
// the list.
//
//	CSV     one buffer of 4 KiB
//	NDJSON  one row
//	XLSX    at most 32 MiB, then a temporary file of the sheet's XML (about 1 KiB a row), because the library writes the
//	        parts of the archive only when all rows are known
package export
