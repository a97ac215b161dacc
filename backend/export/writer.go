package export

import (
	"io"
	"net/url"
	"time"

	"fs-client-portal/backend/portal"
)

// Writer writes the rows of a list as a file.
type Writer interface {
	Row(portal.ExportRow) error
	// Finish writes what follows the last row. Without it the file is not complete.
	Finish() error
	// Discard frees what the writer holds. It must be called in any case, and may be called after Finish.
	Discard()
}

// About is what a file says of its rows.
type About struct {
	portal.ExportHead
	// Filter has the list's parameters.
	Filter url.Values
	At     time.Time
}

// ContentTypes are the media types of the formats.
var ContentTypes = map[portal.ExportFormat]string{
	portal.ExportCSV:    "text/csv; charset=utf-8",
	portal.ExportXLSX:   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	portal.ExportNDJSON: "application/x-ndjson",
}

// Check returns Invalid if the format cannot hold so many rows.
func Check(format portal.ExportFormat, rows int64) error {
	if format == portal.ExportXLSX && rows > maxSheetRows-1 {
		return portal.InvalidField("format", "A sheet has at most %d rows, and these are %d. Choose CSV, or narrow the filter.",
			maxSheetRows-1, rows)
	}
	return nil
}

// New returns a writer that has written what precedes the first row.
func New(format portal.ExportFormat, out io.Writer, layout Layout, about About) (Writer, error) {
	switch format {
	case portal.ExportXLSX:
		return newXLSX(out, layout, about)
	case portal.ExportNDJSON:
		return &ndjsonWriter{out: out, layout: layout}, nil
	}
	return newCSV(out, layout)
}
