package export

import (
	"encoding/csv"
	"io"
	"regexp"
	"strconv"
	"strings"

	"fs-client-portal/backend/portal"
)

// byteOrderMark makes Excel read a CSV file as UTF-8.
const byteOrderMark = "\ufeff"

type csvWriter struct {
	raw    io.Writer
	out    *csv.Writer
	layout Layout
	cells  []string
}

func newCSV(out io.Writer, layout Layout) (*csvWriter, error) {
	if _, err := io.WriteString(out, byteOrderMark); err != nil {
		return nil, err
	}
	w := &csvWriter{raw: out, out: csv.NewWriter(out), layout: layout, cells: make([]string, len(layout.Columns))}
	for i, c := range layout.Columns {
		w.cells[i] = c.Title
	}
	return w, w.out.Write(w.cells)
}

func (w *csvWriter) Row(row portal.ExportRow) error {
	for i, value := range w.layout.values(row) {
		switch v := value.(type) {
		case nil:
			w.cells[i] = ""
		case int64:
			w.cells[i] = strconv.FormatInt(v, 10)
		case bool:
			w.cells[i] = strconv.FormatBool(v)
		default:
			w.cells[i] = neutral(text(v))
		}
	}
	if len(w.cells) == 1 && w.cells[0] == "" {
		return w.emptyRecord()
	}
	return w.out.Write(w.cells)
}

// emptyRecord writes a record of one empty cell with quotes: readers skip an empty line.
func (w *csvWriter) emptyRecord() error {
	w.out.Flush()
	if err := w.out.Error(); err != nil {
		return err
	}
	_, err := io.WriteString(w.raw, "\"\"\n")
	return err
}

func (w *csvWriter) Finish() error {
	w.out.Flush()
	return w.out.Error()
}

func (w *csvWriter) Discard() {}

// formula matches where a spreadsheet would begin a formula: at the start of a cell, and behind a character that separates
// cells in some languages, where the quotes around the cell do not count.
var formula = regexp.MustCompile("(^|[;|]) *[" + portal.FormulaStarts + "]")

// breaks are the characters that would begin another cell or row for a spreadsheet that splits cells at semicolons.
var breaks = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\t", " ")

// neutral returns a text in which no spreadsheet finds a formula: an apostrophe precedes what begins like one, and the
// text is one line.
func neutral(text string) string {
	text = breaks.Replace(text)
	return formula.ReplaceAllStringFunc(text, func(found string) string {
		at := strings.IndexFunc(found, func(r rune) bool { return !strings.ContainsRune(" ;|", r) })
		return found[:at] + "'" + found[at:]
	})
}
