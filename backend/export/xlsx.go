package export

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"

	"fs-client-portal/backend/portal"
)

// maxSheetRows is the limit of Excel, the header included.
const maxSheetRows = excelize.TotalRows

// xlsxWriter writes a workbook with the rows on the first sheet, and the data's age and the filter on the second. Texts
// are cells of type text, which no spreadsheet runs as a formula.
type xlsxWriter struct {
	out    io.Writer
	layout Layout
	file   *excelize.File
	sheet  *excelize.StreamWriter
	name   string
	// temp is a folder of its own for the library's file, which would else stay in memory without one.
	temp  string
	rows  int
	style map[string]int
}

func newXLSX(out io.Writer, layout Layout, about About) (*xlsxWriter, error) {
	temp, err := os.MkdirTemp("", tempPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a folder for the sheet: %w", err)
	}
	w := &xlsxWriter{
		out: out, layout: layout, temp: temp, name: sheetNames[layout.List],
		file: excelize.NewFile(excelize.Options{TmpDir: temp}),
	}
	// The archive goes straight to the receiver. The library would write it into memory first.
	w.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(w.out) })
	if err := errors.Join(w.addStyles(), w.describe(about), w.begin()); err != nil {
		w.Discard()
		return nil, err
	}
	return w, nil
}

var sheetNames = map[string]string{"clients": "Clients", "msps": "MSPs", "msps-with-clients": "MSPs and clients"}

const aboutSheet = "About"

func (w *xlsxWriter) addStyles() error {
	w.style = map[string]int{}
	for name, style := range map[string]*excelize.Style{
		"heading": {Font: &excelize.Font{Bold: true}},
		"date":    {CustomNumFmt: pointer("yyyy-mm-dd")},
		"time":    {CustomNumFmt: pointer("yyyy-mm-dd hh:mm")},
	} {
		id, err := w.file.NewStyle(style)
		if err != nil {
			return err
		}
		w.style[name] = id
	}
	return nil
}

func pointer[T any](value T) *T { return &value }

// describe fills the second sheet.
func (w *xlsxWriter) describe(about About) error {
	lines := [][]any{{"List", w.name}, {"Rows", about.Total}, {"Exported at (UTC)", about.At}}
	if about.DataAsOf != nil {
		lines = append(lines, []any{"Data as of (UTC)", *about.DataAsOf})
	}
	for _, name := range slices.Sorted(maps.Keys(about.Filter)) {
		label := "Filter: " + name
		if name == "sort" {
			label = "Sorted by"
		}
		lines = append(lines, []any{label, about.Filter.Get(name)})
	}
	if len(about.Filter) == 0 {
		lines = append(lines, []any{"Filter", "none"})
	}
	if err := errors.Join(w.file.SetSheetName(w.file.GetSheetName(0), w.name), add(w.file, aboutSheet)); err != nil {
		return err
	}
	sheet, err := w.file.NewStreamWriter(aboutSheet)
	if err != nil {
		return err
	}
	if err := sheet.SetColWidth(1, 2, 30); err != nil {
		return err
	}
	for i, line := range lines {
		label := excelize.Cell{Value: line[0], StyleID: w.style["heading"]}
		if err := sheet.SetRow(fmt.Sprintf("A%d", i+1), []any{label, w.cell(line[1])}); err != nil {
			return err
		}
	}
	return sheet.Flush()
}

func add(file *excelize.File, sheet string) error {
	_, err := file.NewSheet(sheet)
	return err
}

// begin starts the first sheet with its header, which stays in view.
func (w *xlsxWriter) begin() (err error) {
	if w.sheet, err = w.file.NewStreamWriter(w.name); err != nil {
		return err
	}
	panes := &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	if err := errors.Join(w.sheet.SetPanes(panes), w.sheet.SetColWidth(1, len(w.layout.Columns), 20)); err != nil {
		return err
	}
	titles := make([]any, len(w.layout.Columns))
	for i, c := range w.layout.Columns {
		titles[i] = excelize.Cell{Value: c.Title, StyleID: w.style["heading"]}
	}
	return w.add(titles, excelize.RowOpts{})
}

func (w *xlsxWriter) add(cells []any, options excelize.RowOpts) error {
	w.rows++
	return w.sheet.SetRow(fmt.Sprintf("A%d", w.rows), cells, options)
}

func (w *xlsxWriter) Row(row portal.ExportRow) error {
	cells := w.layout.values(row)
	for i, value := range cells {
		cells[i] = w.cell(value)
	}
	options := excelize.RowOpts{}
	if w.layout.withClients && row.Client != nil {
		options.OutlineLevel = 1
	}
	return w.add(cells, options)
}

// cell returns a value for the library: numbers, booleans, days and times as such, nothing for an unknown value.
func (w *xlsxWriter) cell(value any) any {
	switch v := value.(type) {
	case nil, int64, bool:
		return v
	case date:
		if at, err := time.Parse(time.DateOnly, string(v)); err == nil && at.Year() >= firstYear {
			return excelize.Cell{Value: at, StyleID: w.style["date"]}
		}
	case time.Time:
		return excelize.Cell{Value: v.UTC(), StyleID: w.style["time"]}
	}
	return text(value)
}

// firstYear is the first whose days a spreadsheet knows by their right numbers.
const firstYear = 1901

// Finish adds the filter row and writes the archive.
func (w *xlsxWriter) Finish() error {
	last, err := excelize.CoordinatesToCellName(len(w.layout.Columns), max(w.rows, 2))
	if err != nil {
		return err
	}
	if err := w.file.AutoFilter(w.name, "A1:"+last, nil); err != nil {
		return err
	}
	if err := w.sheet.Flush(); err != nil {
		return err
	}
	return w.file.Write(io.Discard)
}

func (w *xlsxWriter) Discard() {
	_ = w.file.Close()
	_ = os.RemoveAll(w.temp)
}
