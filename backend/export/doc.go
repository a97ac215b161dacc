// Package export writes lists as files: CSV, XLSX and NDJSON. A writer keeps no row, so its memory does not grow with
// the list.
//
//	CSV     one buffer of 4 KiB
//	NDJSON  one row
//	XLSX    16 MiB of the sheet's XML (about 1 KiB a row), then a temporary file, because the library writes the parts of
//	        the archive only when all rows are known. With the buffers of the archive, 20 to 56 MiB were measured.
package export
