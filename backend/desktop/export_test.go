package desktop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// exportTest is an app that exports to a folder.
type exportTest struct {
	*testApp
	folder string
	path   string // what the user chooses
	asked  []string
}

// newExportTest returns an app that is signed in. serve responds to the export of clients.
func newExportTest(t *testing.T, serve http.HandlerFunc, change ...func(*Options)) *exportTest {
	t.Helper()
	e := &exportTest{folder: t.TempDir()}
	e.path = filepath.Join(e.folder, "clients.csv")
	choose := func(o *Options) {
		o.ChooseFile = func(name string) (string, error) {
			e.asked = append(e.asked, name)
			return e.path, nil
		}
	}
	e.testApp = newTestApp(t, append([]func(*Options){choose}, change...)...)
	e.api.mux.HandleFunc("GET /v1/clients/export", e.api.signedIn(serve))
	e.signIn(t)
	return e
}

const exportHeader = "\ufeffName,Type\n"

// csvOf returns a CSV file with so many rows.
func csvOf(rows int) string {
	var file strings.Builder
	file.WriteString(exportHeader)
	for i := range rows {
		fmt.Fprintf(&file, "\"Client %d, \"\"A\"\"\nand more\",CORP\n", i)
	}
	return file.String()
}

// begin sends the headers of an export.
func begin(w http.ResponseWriter, total int) {
	h := w.Header()
	h.Set(portal.APIHeader, portal.APIVersion)
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set(portal.ExportTotalHeader, strconv.Itoa(total))
	h.Set(portal.ExportAgeHeader, "2026-11-30T09:42:00Z")
}

// breakOff breaks a response off whose beginning has arrived.
func breakOff(w http.ResponseWriter) {
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// whole serves a complete file.
func whole(rows int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		begin(w, rows)
		_, _ = io.WriteString(w, csvOf(rows))
	}
}

func (e *exportTest) export(ctx context.Context) (Exported, error) {
	q := portal.ClientExport{ClientFilter: portal.ClientFilter{Status: "active"}, ExportOptions: portal.ExportOptions{Format: "csv"}}
	return e.ExportClients(ctx, q, "2026-11-30T09:30:00Z")
}

// wantNoFile fails if the folder holds anything but the file that was there before.
func (e *exportTest) wantNoFile(t *testing.T, before ...string) {
	t.Helper()
	entries, err := os.ReadDir(e.folder)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if fmt.Sprint(left) != fmt.Sprint(before) {
		t.Errorf("got the files %v, want %v", left, before)
	}
}

func TestExport(t *testing.T) {
	t.Run("saves_the_file_and_reports_progress", testExportSaves)
	t.Run("replaces_a_file_only_on_success", testExportReplaces)
	t.Run("asks_with_list_filter_and_age", testExportAsks)
	t.Run("sends_any_selection", testExportSelection)
	t.Run("is_refused_by_policy", testExportPolicy)
	t.Run("needs_a_session", testExportSignedOut)
	t.Run("leaves_nothing_where_no_file_is_chosen", testExportNotChosen)
	t.Run("leaves_nothing_when", testExportFaults)
	t.Run("leaves_nothing_when_it_ends_by", testExportEnds)
	t.Run("runs_once_at_a_time", testExportOnce)
	t.Run("names_what_the_disk_refuses", testExportDisk)
	t.Run("adds_the_extension", testExportExtension)
}

func testExportSaves(t *testing.T) {
	e := newExportTest(t, whole(213))
	got, err := e.export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "clients.csv" || got.Folder != e.folder || got.Rows != 213 || got.DataAsOf == nil {
		t.Errorf("got %+v, want clients.csv with 213 rows and the data's age", got)
	}
	if saved, err := os.ReadFile(e.path); err != nil || string(saved) != csvOf(213) {
		t.Errorf("got %d bytes (%v), want the file as sent", len(saved), err)
	}
	e.wantNoFile(t, "clients.csv")
	progress := e.emitted(EventExportProgress)
	if len(progress) == 0 || progress[0].(ExportProgress).Total != 213 {
		t.Errorf("got the progress %v, want a total of 213", progress)
	}
}

func testExportReplaces(t *testing.T) {
	fails := true
	e := newExportTest(t, func(w http.ResponseWriter, r *http.Request) {
		if fails {
			begin(w, 10)
			_, _ = io.WriteString(w, csvOf(3))
			breakOff(w)
		}
		whole(2)(w, r)
	})
	if err := os.WriteFile(e.path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := e.export(t.Context())
	wantCode(t, err, Interrupted)
	if kept, _ := os.ReadFile(e.path); string(kept) != "before" {
		t.Errorf("after a failure: got %q, want the file as before", kept)
	}
	e.wantNoFile(t, "clients.csv")
	fails = false
	if _, err := e.export(t.Context()); err != nil {
		t.Fatal(err)
	}
	if saved, _ := os.ReadFile(e.path); string(saved) != csvOf(2) {
		t.Errorf("after a success: got %q, want the new file", saved)
	}
}

func testExportAsks(t *testing.T) {
	e := newExportTest(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Encode(); got != "format=csv&status=active" {
			t.Errorf("got the query %s, want format=csv&status=active", got)
		}
		whole(1)(w, r)
	})
	if _, err := e.export(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "clients-status-active-2026-11-30-0930Z.csv"; len(e.asked) != 1 || e.asked[0] != want {
		t.Errorf("got the names %v, want %s", e.asked, want)
	}
}

// A selection that does not fit into a query, or that an older API does not know there, is sent as a body.
func testExportSelection(t *testing.T) {
	var query, body string
	e := newExportTest(t, func(w http.ResponseWriter, r *http.Request) {
		query, body = r.URL.Query().Get("ids"), ""
		whole(1)(w, r)
	})
	e.api.mux.HandleFunc("POST /v1/clients/export", e.api.signedIn(func(w http.ResponseWriter, r *http.Request) {
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		query, body = r.URL.Query().Encode(), string(sent)
		whole(1)(w, r)
	}))
	ids := func(n int) string { return strings.TrimSuffix(strings.Repeat("id,", n), ",") }
	for name, c := range map[string]struct {
		of          portal.ExportOptions
		query, body string
	}{
		"200":        {portal.ExportOptions{IDs: ids(200)}, ids(200), ""},
		"201":        {portal.ExportOptions{IDs: ids(201)}, "format=csv", `{"ids":"` + ids(201) + `"}`},
		"all others": {portal.ExportOptions{IDs: ids(2), Except: true}, "format=csv", `{"ids":"id,id","except":true}`},
	} {
		c.of.Format = "csv"
		if _, err := e.ExportClients(t.Context(), portal.ClientExport{ExportOptions: c.of}, ""); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if query != c.query || body != c.body {
			t.Errorf("%s: got the query %s and the body %s, want %s and %s", name, query, body, c.query, c.body)
		}
	}
}

func testExportPolicy(t *testing.T) {
	e := newExportTest(t, whole(1), func(o *Options) { o.Settings.AllowExport = false })
	_, err := e.export(t.Context())
	wantCode(t, err, PolicyForbids)
	if len(e.asked) != 0 {
		t.Error("got a dialog, want none")
	}
	e.wantNoFile(t)
}

func testExportSignedOut(t *testing.T) {
	e := newExportTest(t, whole(1))
	if err := e.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := e.export(t.Context())
	wantCode(t, err, SignedOut)
	if len(e.asked) != 0 {
		t.Error("got a dialog, want none")
	}
}

func testExportNotChosen(t *testing.T) {
	e := newExportTest(t, whole(1))
	e.path = ""
	_, err := e.export(t.Context())
	wantCode(t, err, Cancelled)
	e.wantNoFile(t)
}

// testExportFaults covers responses that are no whole file, however they end.
func testExportFaults(t *testing.T) {
	for name, c := range map[string]struct {
		serve func(*exportTest, http.ResponseWriter)
		want  portal.Code
	}{
		"the_connection_is_cut": {func(_ *exportTest, w http.ResponseWriter) {
			begin(w, 9)
			_, _ = io.WriteString(w, csvOf(5))
			breakOff(w)
		}, Interrupted},
		"a_proxy_hides_the_cut": {func(_ *exportTest, w http.ResponseWriter) {
			begin(w, 9)
			_, _ = io.WriteString(w, csvOf(5))
		}, Interrupted},
		"the_last_row_is_cut": {func(_ *exportTest, w http.ResponseWriter) {
			begin(w, 9)
			file := csvOf(9)
			_, _ = io.WriteString(w, file[:len(file)-1])
		}, Interrupted},
		"the_session_was_ended": {func(e *exportTest, w http.ResponseWriter) {
			begin(w, 9)
			_, _ = io.WriteString(w, csvOf(5))
			e.api.mu.Lock()
			clear(e.api.access)
			e.api.refuseRefresh = portal.Errorf(portal.SessionRevoked, "Your session was ended.")
			e.api.mu.Unlock()
			breakOff(w)
		}, portal.SessionRevoked},
		"the_API_refuses": {func(_ *exportTest, w http.ResponseWriter) {
			refuse(w, 422, portal.InvalidField("format", "A sheet has at most 1048575 rows."))
		}, portal.Invalid},
		"a_guest_network_replies": {func(_ *exportTest, w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>Sign in to the network</html>")
		}, portal.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			var e *exportTest
			e = newExportTest(t, func(w http.ResponseWriter, _ *http.Request) { c.serve(e, w) })
			_, err := e.export(t.Context())
			wantCode(t, err, c.want)
			e.wantNoFile(t)
		})
	}
}

// testExportEnds covers what ends an export that is running.
func testExportEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*exportTest) error
		want portal.Code
	}{
		"cancel":   {func(e *exportTest) error { return e.CancelExport() }, Cancelled},
		"sign_out": {func(e *exportTest) error { return e.SignOut(context.Background()) }, SignedOut},
		"closing":  {func(e *exportTest) error { e.Close(); return nil }, Cancelled},
		"another_role": {func(e *exportTest) error {
			_, err := e.UseGrant(context.Background(), "0198c5a4-0000-7000-8000-000000000001")
			return err
		}, Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			e := newExportTest(t, func(w http.ResponseWriter, r *http.Request) {
				begin(w, 9)
				_, _ = io.WriteString(w, csvOf(5))
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done() // the rest never arrives
			})
			result := make(chan error, 1)
			go func() {
				_, err := e.export(context.Background())
				result <- err
			}()
			wait.Until(t, time.Minute, "the first rows", func() bool { return len(e.emitted(EventExportProgress)) > 0 })
			if err := c.end(e); err != nil {
				t.Error(err)
			}
			e.wantNoFile(t) // at once, before the app may be gone
			select {
			case err := <-result:
				wantCode(t, err, c.want)
			case <-time.After(wait.Timeout(time.Minute)):
				t.Fatal("timed out waiting for the end of the export")
			}
		})
	}
}

func testExportOnce(t *testing.T) {
	var e *exportTest
	e = newExportTest(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := e.export(t.Context())
		wantCode(t, err, portal.Conflict)
		whole(1)(w, r)
	})
	if _, err := e.export(t.Context()); err != nil {
		t.Error(err)
	}
}

// fullDisk fails after so many bytes.
type fullDisk struct {
	io.Writer
	left int
	err  error
}

func (d *fullDisk) Write(part []byte) (int, error) {
	if d.left -= len(part); d.left < 0 {
		return 0, &os.PathError{Op: "write", Path: "x", Err: d.err}
	}
	return d.Writer.Write(part)
}

func testExportDisk(t *testing.T) {
	for name, err := range map[string]error{fileDiskFull: syscall.ENOSPC, fileNoPermission: syscall.EACCES, fileOtherFault: syscall.EIO} {
		t.Run(name, func(t *testing.T) {
			e := newExportTest(t, whole(100_000), func(o *Options) {
				o.disk = func(w io.Writer) io.Writer { return &fullDisk{w, 1 << 20, err} }
			})
			_, err := e.export(t.Context())
			if p := wantCode(t, err, FileFailed); p.Cause != name || strings.Contains(p.Message, e.folder) {
				t.Errorf("got %+v, want the cause %s and no path", p, name)
			}
			e.wantNoFile(t)
		})
	}
	t.Run(fileNoFolder, func(t *testing.T) {
		e := newExportTest(t, whole(1))
		e.path = filepath.Join(e.folder, "gone", "clients.csv")
		_, err := e.export(t.Context())
		if p := wantCode(t, err, FileFailed); p.Cause != fileNoFolder {
			t.Errorf("got the cause %s, want %s", p.Cause, fileNoFolder)
		}
	})
	t.Run("a_folder_of_that_name", func(t *testing.T) {
		e := newExportTest(t, whole(1))
		if err := os.Mkdir(e.path, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := e.export(t.Context())
		wantCode(t, err, FileFailed)
		e.wantNoFile(t, "clients.csv")
	})
	t.Run("a_link_stays_a_link", func(t *testing.T) {
		e := newExportTest(t, whole(1))
		target := filepath.Join(t.TempDir(), "target.csv")
		if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, e.path)); err != nil {
			t.Fatal(err)
		}
		if _, err := e.export(t.Context()); err != nil {
			t.Fatal(err)
		}
		if saved, _ := os.ReadFile(target); string(saved) != csvOf(1) {
			t.Errorf("got %q in the link's target, want the file", saved)
		}
	})
}

func testExportExtension(t *testing.T) {
	e := newExportTest(t, whole(1))
	e.path = filepath.Join(e.folder, "my clients")
	got, err := e.export(t.Context())
	if err != nil || got.Name != "my clients.csv" {
		t.Fatalf("got %+v (%v), want my clients.csv", got, err)
	}
	_, err = e.export(t.Context()) // the dialog asked about a name without the extension
	if p := wantCode(t, err, FileFailed); p.Cause != fileExists {
		t.Errorf("got the cause %s, want %s", p.Cause, fileExists)
	}
}

func TestExportComplete(t *testing.T) {
	archive := "PK\x03\x04" + strings.Repeat("x", 100) + "PK\x05\x06" + strings.Repeat("\x00", 18)
	for _, c := range []struct {
		name, file string
		format     portal.ExportFormat
		total      int64
		want       bool
	}{
		{"csv", csvOf(3), portal.ExportCSV, 3, true},
		{"csv_without_rows", exportHeader, portal.ExportCSV, 0, true},
		{"empty_csv", "", portal.ExportCSV, 0, false},
		{"csv_in_a_quoted_cell", csvOf(3) + "\"a\n", portal.ExportCSV, 4, false},
		{"csv_with_fewer_rows", csvOf(3), portal.ExportCSV, 4, false},
		{"ndjson", "{}\n{}\n", portal.ExportNDJSON, 2, true},
		{"ndjson_without_rows", "", portal.ExportNDJSON, 0, true},
		{"cut_ndjson", "{}\n{}", portal.ExportNDJSON, 2, false},
		{"xlsx", archive, portal.ExportXLSX, 9, true},
		{"cut_xlsx", archive[:len(archive)-1], portal.ExportXLSX, 9, false},
		{"empty_xlsx", "", portal.ExportXLSX, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProgress(c.format)
			p.total, p.emit, p.stopped = c.total, func(ExportProgress) {}, func() error { return nil }
			for i := range len(c.file) { // wherever the parts are split
				if _, err := p.Write([]byte{c.file[i]}); err != nil {
					t.Fatal(err)
				}
			}
			if got := p.complete(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
