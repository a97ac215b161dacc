package export

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRemoveAbandoned(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	before := time.Now().Add(-time.Hour)
	long := before.Add(-time.Hour)
	for name, test := range map[string]struct {
		file, folder time.Time
		left         bool
	}{
		tempPrefix + "abandoned": {long, long, false},
		tempPrefix + "written":   {time.Now(), long, true},
		tempPrefix + "begun":     {long, time.Now(), true},
		"another-programs":       {long, long, true},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(temp, name)
			sheet := filepath.Join(folder, "sheet")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(sheet, []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(sheet, test.file, test.file); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(folder, test.folder, test.folder); err != nil {
				t.Fatal(err)
			}
			RemoveAbandoned(before)
			if _, err := os.Stat(sheet); (err == nil) != test.left {
				t.Errorf("got the error %v, want the file left: %t", err, test.left)
			}
		})
	}
}
