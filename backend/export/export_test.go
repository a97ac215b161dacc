package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
)

var asOf = time.Date(2026, 11, 30, 9, 42, 0, 0, time.UTC)

// write returns the file of these rows.
func write(t testing.TB, format portal.ExportFormat, layout Layout, rows ...portal.ExportRow) []byte {
	t.Helper()
	var out bytes.Buffer
	about := About{ExportHead: portal.ExportHead{Total: int64(len(rows)), DataAsOf: &asOf}, At: asOf,
		Filter: url.Values{"status": {"active"}, "sort": {"-name"}}}
	w, err := New(format, &out, layout, about)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for _, row := range rows {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func layoutOf(t testing.TB, layout Layout, err error) Layout {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return layout
}

func allClients(t testing.TB) Layout {
	t.Helper()
	layout, err := Clients("")
	return layoutOf(t, layout, err)
}

func client(name string) portal.ExportRow {
	return portal.ExportRow{Client: &portal.Client{Name: name, Products: []string{}}}
}

var direct = portal.ExportRow{Direct: &portal.DirectClients{MSSPName: "Fjord Security", Clients: 7}}

func pointerTo[T any](v T) *T { return &v }

// fullClient has a value in every field.
func fullClient() *portal.Client {
	return &portal.Client{
		ID: "0198c5a4-0000-7000-8000-000000000001", Name: "Bäckerei Müller", Type: "CORP", MSPID: pointerTo("m"), MSPName: pointerTo("North"),
		Status: portal.Disabled, StatusReason: pointerTo(portal.ReasonDemo), Products: []string{"DNS", "EDR"},
		LicenceType: pointerTo("EDR"), SPLA: pointerTo(true), SeatsUsed: pointerTo[int64](3), SeatsTotal: pointerTo[int64](10),
		ExpiresOn: pointerTo("2027-01-31"), FirstSeenAt: asOf, LastSeenAt: asOf.Add(time.Hour), ExternalID: "4711",
	}
}

func readCSV(t testing.TB, file []byte) [][]string {
	t.Helper()
	content, marked := bytes.CutPrefix(file, []byte("\xef\xbb\xbf"))
	if !marked {
		t.Fatalf("got a file that begins with %q, want a byte order mark", file[:min(len(file), 5)])
	}
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func openXLSX(t testing.TB, file []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

func TestLayout(t *testing.T) {
	t.Parallel()
	jsonNames := func(of any) []string {
		var all []string
		for i := range reflect.TypeOf(of).NumField() {
			all = append(all, reflect.TypeOf(of).Field(i).Tag.Get("json"))
		}
		slices.Sort(all)
		return all
	}
	t.Run("has_every_field", func(t *testing.T) {
		for list, c := range map[string]struct {
			columns []Column
			of      any
		}{"clients": {clientColumns, portal.Client{}}, "MSPs": {mspColumns, portal.MSP{}}} {
			if diff := cmp.Diff(jsonNames(c.of), slices.Sorted(slices.Values(names(c.columns)))); diff != "" {
				t.Errorf("%s: the columns differ from the fields of the JSON (-fields +columns):\n%s", list, diff)
			}
		}
	})
	t.Run("keeps_the_order_of_columns", func(t *testing.T) {
		layout, err := Clients("seats_total,name")
		if got := layoutOf(t, layout, err).Names(); !slices.Equal(got, []string{"seats_total", "name"}) {
			t.Errorf("got the columns %v, want seats_total, name", got)
		}
	})
	t.Run("refuses_unknown_and_repeated_columns", func(t *testing.T) {
		for _, columns := range []string{"nothing", "name,", ",", "name,name", "Name", "name, type", "clients"} {
			_, err := Clients(columns)
			var refused *portal.Error
			if !errors.As(err, &refused) || refused.Code != portal.Invalid || refused.Field != "columns" {
				t.Errorf("%q: got %v, want invalid for columns", columns, err)
			}
		}
	})
	t.Run("has_former_columns_for_msps_with_clients", func(t *testing.T) {
		layout, err := MSPs("", true)
		layout = layoutOf(t, layout, err)
		msp := &portal.MSP{ExternalID: "1", Name: "North", Type: "RESELLER", LicenceType: pointerTo("EDR"), SPLA: pointerTo(true),
			SeatsUsed: pointerTo[int64](70), SeatsTotal: pointerTo[int64](90), Clients: 1}
		got := readCSV(t, write(t, portal.ExportCSV, layout, portal.ExportRow{MSP: msp}, portal.ExportRow{Client: fullClient()}, direct))
		want := [][]string{
			{"ID", "NAME", "CUSTOMER TYPE", "LICENSE TYPE", "SPLA", "DEVICES", "PURCHASED LICENSES", "CLIENT COUNT"},
			{"1", "North", "RESELLER", "EDR", "true", "70", "90", "1"},
			{"4711", "Bäckerei Müller", "CORP", "EDR", "true", "3", "10", ""},
			{"", "Directly under Fjord Security", "", "", "", "", "", "7"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("got another file (-want +got):\n%s", diff)
		}
	})
}

func TestCSV(t *testing.T) {
	t.Parallel()
	t.Run("neutralises_formulas", func(t *testing.T) {
		for text, want := range map[string]string{
			"=1+1": "'=1+1", "+49 30": "'+49 30", "-5": "'-5", "@SUM(A1)": "'@SUM(A1)", "\t=1": " '=1", "\r=1": " '=1", "\n=1": " '=1",
			"＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a",
			"Plain": "Plain", "": "", "'t Hart": "'t Hart", "a=b": "a=b", "5": "5", " =1": " '=1", `"=1"`: `"=1"`,
		} {
			if got := neutral(text); got != want {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		}
	})
	t.Run("neutralises_every_column_of_text", func(t *testing.T) {
		evil := &portal.Client{Name: "=a", MSPName: pointerTo("+b"), Type: "-c", Status: "@d", LicenceType: pointerTo("=e"),
			Products: []string{"=f"}, ExternalID: "=g", ID: "=h", MSPID: pointerTo("=i"), StatusReason: pointerTo(portal.StatusReason("=j")),
			ExpiresOn: pointerTo("=k")}
		for i, cell := range readCSV(t, write(t, portal.ExportCSV, allClients(t), portal.ExportRow{Client: evil}))[1] {
			if formula.MatchString(cell) {
				t.Errorf("column %s: got the cell %q, want an apostrophe before it", clientColumns[i].Name, cell)
			}
		}
	})
	t.Run("keeps_numbers", func(t *testing.T) {
		layout, err := Clients("seats_used,seats_total,spla")
		row := portal.ExportRow{Client: &portal.Client{SeatsUsed: pointerTo[int64](-3), SPLA: pointerTo(false)}}
		got := readCSV(t, write(t, portal.ExportCSV, layoutOf(t, layout, err), row))[1]
		if !slices.Equal(got, []string{"-3", "", "false"}) {
			t.Errorf("got the cells %q, want -3, an empty one and false", got)
		}
	})
	t.Run("quotes_what_would_add_a_cell_or_a_row", func(t *testing.T) {
		layout, err := Clients("name,type")
		for _, name := range []string{"a,b", `a"b`, `",=1`, "a;b"} {
			got := readCSV(t, write(t, portal.ExportCSV, layoutOf(t, layout, err), client(name)))
			if len(got) != 2 || got[1][0] != name {
				t.Errorf("%q: got the records %q, want one with the name", name, got[1:])
			}
		}
	})
	t.Run("has_no_formula_where_semicolons_or_tabs_separate_cells", func(t *testing.T) {
		layout, err := Clients("type,name,msp_name")
		for name, want := range map[string]string{
			"Nord;=cmd|' /C calc'!A0;x": "Nord;'=cmd|' /C calc'!A0;x", "a; @x": "a; '@x", "a|-1": "a|'-1", "a;\uff1d1": "a;'\uff1d1",
			"a\n=1": "a =1", "a\r\n=1": "a =1", "a\t=1": "a =1", "\n=1": " '=1", "a;b": "a;b", "a=1": "a=1", ";;+1": ";;'+1",
		} {
			file := write(t, portal.ExportCSV, layoutOf(t, layout, err), client(name))
			if got := readCSV(t, file)[1][1]; got != want {
				t.Errorf("%q: got the cell %q, want %q", name, got, want)
			}
			for _, line := range strings.Split(strings.TrimPrefix(string(file), byteOrderMark), "\n") {
				for _, piece := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(";\t|\r", r) }) {
					if strings.IndexAny(strings.TrimLeft(piece, ` "`), "=+-@\uff1d\uff0b\uff0d\uff20") == 0 {
						t.Errorf("%q: got the line %q with a piece %q, want none that begins like a formula", name, line, piece)
					}
				}
			}
		}
	})
}

func TestXLSX(t *testing.T) {
	t.Parallel()
	t.Run("has_real_numbers_dates_and_booleans", func(t *testing.T) {
		layout, err := Clients("name,seats_used,expires_on,last_seen_at,spla,msp_name")
		row := fullClient()
		row.MSPName = nil
		book := openXLSX(t, write(t, portal.ExportXLSX, layoutOf(t, layout, err), portal.ExportRow{Client: row}))
		wantCells(t, book, map[string]string{"A2": "Bäckerei Müller", "B2": "3", "C2": "2027-01-31", "D2": "2026-11-30 10:42",
			"E2": "TRUE", "F2": "", "F1": "MSP"})
		for cell, want := range map[string]excelize.CellType{"A2": excelize.CellTypeInlineString, "B2": excelize.CellTypeUnset,
			"C2": excelize.CellTypeUnset, "D2": excelize.CellTypeUnset, "E2": excelize.CellTypeBool} {
			if got, err := book.GetCellType("Clients", cell); err != nil || got != want {
				t.Errorf("%s: got the type %v (%v), want %v", cell, got, err, want)
			}
		}
		if raw, _ := book.GetCellValue("Clients", "C2", excelize.Options{RawCellValue: true}); raw != "46418" {
			t.Errorf("got the date %q, want the number of the day 46418", raw)
		}
	})
	t.Run("freezes_the_header_and_filters", func(t *testing.T) {
		book := openXLSX(t, write(t, portal.ExportXLSX, allClients(t), client("a"), client("b")))
		panes, err := book.GetPanes("Clients")
		if err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("got the panes %+v (%v), want the first row frozen", panes, err)
		}
		names := book.GetDefinedName()
		if len(names) != 1 || names[0].RefersTo != "'Clients'!$A$1:$P$3" {
			t.Errorf("got the defined names %+v, want a filter of A1:P3", names)
		}
	})
	t.Run("says_age_and_filter_on_the_second_sheet", func(t *testing.T) {
		book := openXLSX(t, write(t, portal.ExportXLSX, allClients(t), client("a")))
		if got := book.GetSheetList(); !slices.Equal(got, []string{"Clients", "About"}) {
			t.Fatalf("got the sheets %v, want Clients and About", got)
		}
		rows, err := book.GetRows("About")
		want := [][]string{{"List", "Clients"}, {"Rows", "1"}, {"Exported at (UTC)", "2026-11-30 09:42"},
			{"Data as of (UTC)", "2026-11-30 09:42"}, {"Sorted by", "-name"}, {"Filter: status", "active"}}
		if diff := cmp.Diff(want, rows); err != nil || diff != "" {
			t.Errorf("got another sheet (%v, -want +got):\n%s", err, diff)
		}
	})
	t.Run("never_holds_a_formula", func(t *testing.T) {
		book := openXLSX(t, write(t, portal.ExportXLSX, allClients(t), client("=1+1")))
		wantCells(t, book, map[string]string{"A2": "=1+1"})
		if formula, err := book.GetCellFormula("Clients", "A2"); formula != "" || err != nil {
			t.Errorf("got the formula %q (%v), want a text", formula, err)
		}
	})
	t.Run("groups_clients_below_their_MSP", func(t *testing.T) {
		layout, err := MSPs("", true)
		book := openXLSX(t, write(t, portal.ExportXLSX, layoutOf(t, layout, err), portal.ExportRow{MSP: &portal.MSP{}}, client("a")))
		for row, want := range map[int]uint8{2: 0, 3: 1} {
			if got, err := book.GetRowOutlineLevel("MSPs and clients", row); got != want || err != nil {
				t.Errorf("row %d: got the level %d (%v), want %d", row, got, err, want)
			}
		}
	})
	t.Run("refuses_more_rows_than_a_sheet_has", func(t *testing.T) {
		if err := Check(portal.ExportXLSX, 1_048_575); err != nil {
			t.Errorf("got %v for a full sheet, want none", err)
		}
		if err := Check(portal.ExportXLSX, 1_048_576); portal.ErrorCode(err) != portal.Invalid {
			t.Errorf("got %v for one row too many, want invalid", err)
		}
		if err := Check(portal.ExportCSV, 5_000_000); err != nil {
			t.Errorf("got %v for CSV, want none", err)
		}
	})
	t.Run("leaves_no_file", func(t *testing.T) {
		w, err := newXLSX(io.Discard, allClients(t), About{})
		if err != nil {
			t.Fatal(err)
		}
		for range 30_000 { // more than the library keeps in memory
			if err := w.Row(portal.ExportRow{Client: fullClient()}); err != nil {
				t.Fatal(err)
			}
		}
		if kept, _ := os.ReadDir(w.temp); len(kept) != 1 {
			t.Fatalf("got %d files while rows are written, want 1", len(kept))
		}
		w.Discard()
		if _, err := os.Stat(w.temp); !os.IsNotExist(err) {
			t.Errorf("got %v for the folder of a discarded export, want that it does not exist", err)
		}
	})
}

func wantCells(t *testing.T, book *excelize.File, want map[string]string) {
	t.Helper()
	for cell, value := range want {
		if got, err := book.GetCellValue("Clients", cell); got != value || err != nil {
			t.Errorf("%s: got %q (%v), want %q", cell, got, err, value)
		}
	}
}

func TestNDJSON(t *testing.T) {
	t.Parallel()
	t.Run("has_the_JSON_of_the_API", func(t *testing.T) {
		file := write(t, portal.ExportNDJSON, allClients(t), portal.ExportRow{Client: fullClient()}, client("<b> \u2028"))
		lines := strings.Split(strings.TrimSuffix(string(file), "\n"), "\n")
		if len(lines) != 2 {
			t.Fatalf("got %d lines, want 2", len(lines))
		}
		var got portal.Client
		decoder := json.NewDecoder(strings.NewReader(lines[0]))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*fullClient(), got); diff != "" {
			t.Errorf("got another client (-want +got):\n%s", diff)
		}
	})
	t.Run("names_the_kind_of_each_row", func(t *testing.T) {
		layout, err := MSPs("name", true)
		got := write(t, portal.ExportNDJSON, layoutOf(t, layout, err), portal.ExportRow{MSP: &portal.MSP{Name: "North"}}, client("a"),
			direct)
		want := `{"kind":"msp","name":"North"}` + "\n" + `{"kind":"client","name":"a"}` + "\n" +
			`{"kind":"directly_under_mssp","name":"Directly under Fjord Security"}` + "\n"
		if string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestRoundTrip reads back what each format was given.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	layout, err := Clients("name,seats_used,type")
	layout = layoutOf(t, layout, err)
	rapid.Check(t, func(r *rapid.T) {
		texts := rapid.StringOfN(rapid.RuneFrom([]rune("aÄ=+-@'\",;\n\t &<>_x0041_\U0001f600\u2028")), 0, 12, -1)
		var rows []portal.ExportRow
		for range rapid.IntRange(0, 4).Draw(r, "rows") {
			row := client(texts.Draw(r, "name"))
			row.Client.Type = texts.Draw(r, "type")
			if rapid.Bool().Draw(r, "known") {
				row.Client.SeatsUsed = pointerTo(rapid.Int64Range(0, 1<<40).Draw(r, "used"))
			}
			rows = append(rows, row)
		}
		records := readCSV(t, write(t, portal.ExportCSV, layout, rows...))
		book := openXLSX(t, write(t, portal.ExportXLSX, layout, rows...))
		if len(records) != len(rows)+1 {
			r.Fatalf("got %d records, want %d and the header", len(records), len(rows))
		}
		for i, row := range rows {
			used := ""
			if row.Client.SeatsUsed != nil {
				used = fmt.Sprint(*row.Client.SeatsUsed)
			}
			want := []string{neutral(row.Client.Name), used, neutral(row.Client.Type)}
			if !slices.Equal(records[i+1], want) {
				r.Fatalf("CSV: got the record %q, want %q", records[i+1], want)
			}
			for column, value := range map[string]string{"A": row.Client.Name, "B": used, "C": row.Client.Type} {
				if got, err := book.GetCellValue("Clients", fmt.Sprint(column, i+2)); got != value || err != nil {
					r.Fatalf("XLSX: got %q (%v), want %q", got, err, value)
				}
			}
		}
	})
}

// maxHeld is what a writer may hold in memory, whatever the number of rows: the library for XLSX has a buffer of 16 MiB.
var maxHeld = map[portal.ExportFormat]int64{
	portal.ExportCSV: 1 << 20, portal.ExportNDJSON: 1 << 20, portal.ExportXLSX: 32 << 20,
}

// TestMemory checks what a writer holds after so many rows that all of them would need more.
func TestMemory(t *testing.T) {
	for format, most := range maxHeld {
		t.Run(string(format), func(t *testing.T) {
			w, err := New(format, io.Discard, allClients(t), About{})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Discard()
			before := heap()
			for i := range 200_000 {
				row := fullClient()
				row.Name = fmt.Sprintf("Client %d", i)
				if err := w.Row(portal.ExportRow{Client: row}); err != nil {
					t.Fatal(err)
				}
			}
			if held := heap() - before; held > most {
				t.Errorf("got %d KiB, want at most %d KiB", held>>10, most>>10)
			}
			if err := w.Finish(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func FuzzNeutral(f *testing.F) {
	for _, seed := range []string{"", "=1", "+", "-", "@a", "\t", "\r\n=1", "＝", "a", "'=1", "\xff=", "\ufeff=1", "a;=1", ";; -1|@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := neutral(text)
		if formula.MatchString(got) || strings.ContainsAny(got, "\t\r\n") {
			t.Fatalf("%q: got %q, in which a spreadsheet finds a formula or another row", text, got)
		}
		plain := func(s string) string { return strings.ReplaceAll(breaks.Replace(s), "'", "") }
		if plain(got) != plain(text) {
			t.Fatalf("%q: got %q, want it unchanged but for apostrophes and spaces", text, got)
		}
	})
}

func FuzzColumns(f *testing.F) {
	for _, seed := range []string{"", "name", "name,type", "name,name", ",", "nothing", "clients,msp_name", "\x00"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, columns string, withClients bool) {
		layout, err := MSPs(columns, withClients)
		if err != nil {
			if portal.ErrorCode(err) != portal.Invalid {
				t.Fatalf("%q: got %v, want invalid", columns, err)
			}
			return
		}
		if columns != "" && strings.Join(layout.Names(), ",") != columns {
			t.Fatalf("%q: got the columns %v", columns, layout.Names())
		}
		if records := readCSV(t, write(t, portal.ExportCSV, layout, portal.ExportRow{MSP: &portal.MSP{}})); len(records) != 2 {
			t.Fatalf("%q: got %d records, want 2", columns, len(records))
		}
	})
}
