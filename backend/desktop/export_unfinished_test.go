package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

func TestUnfinishedExport(t *testing.T) {
	t.Run("is_removed_by_the_next_start", testUnfinishedExportNextStart)
	t.Run("leaves_other_files_alone", testUnfinishedExportOtherFiles)
	t.Run("has_a_note_only_while_it_is_written", testUnfinishedExportNote)
}

// missing reports whether there is no file at path.
func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func testUnfinishedExportNextStart(t *testing.T) {
	folder, state := t.TempDir(), t.TempDir()
	final := filepath.Join(folder, "clients.csv")
	if err := os.WriteFile(final, []byte("earlier"), 0o600); err != nil {
		t.Fatal(err)
	}
	killed, err := newExportFile(final, portal.ExportCSV, unfinishedExportIn(state))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { killed.temp.Close() })
	newTestApp(t, func(o *Options) { o.StateDir = state })
	wait.Until(t, time.Minute, "the removal of the temporary file", func() bool { return missing(killed.temp.Name()) })
	wait.Until(t, time.Minute, "the removal of the note", func() bool { return missing(unfinishedExportIn(state).note) })
	if content, err := os.ReadFile(final); string(content) != "earlier" {
		t.Errorf("got %q (%v) in the final file, want it unchanged", content, err)
	}
}

func testUnfinishedExportOtherFiles(t *testing.T) {
	for name, file := range map[string]string{
		"of_another_name": "clients.csv", "not_hidden": "clients.csv.part-1", "hidden_but_not_temporary": ".bashrc",
	} {
		t.Run(name, func(t *testing.T) {
			path, note := filepath.Join(t.TempDir(), file), unfinishedExportIn(t.TempDir())
			if err := errors.Join(os.WriteFile(path, nil, 0o600), note.keep(path)); err != nil {
				t.Fatal(err)
			}
			note.remove()
			if missing(path) {
				t.Errorf("%s was removed", file)
			}
			if !missing(note.note) {
				t.Error("the note was not removed")
			}
		})
	}
	t.Run("folders", func(t *testing.T) {
		path, note := filepath.Join(t.TempDir(), ".clients.csv.part-1"), unfinishedExportIn(t.TempDir())
		if err := errors.Join(os.Mkdir(path, 0o700), note.keep(path)); err != nil {
			t.Fatal(err)
		}
		note.remove()
		if missing(path) {
			t.Error("a folder was removed")
		}
	})
}

func testUnfinishedExportNote(t *testing.T) {
	for name, end := range map[string]func(*exportFile) error{
		"until_commit":  (*exportFile).commit,
		"until_discard": func(f *exportFile) error { f.discard(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			note := unfinishedExportIn(t.TempDir())
			file, err := newExportFile(filepath.Join(t.TempDir(), "clients.csv"), portal.ExportCSV, note)
			if err != nil {
				t.Fatal(err)
			}
			if content, err := os.ReadFile(note.note); string(content) != file.temp.Name() {
				t.Errorf("got the note %q (%v), want %s", content, err, file.temp.Name())
			}
			if err := end(file); err != nil {
				t.Fatal(err)
			}
			if !missing(note.note) {
				t.Error("the note was not removed")
			}
		})
	}
}
