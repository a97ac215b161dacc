package export

import (
	"os"
	"path/filepath"
	"time"
)

// tempPrefix begins the names of the folders of sheets, below the system's folder of temporary files.
const tempPrefix = "portal-export-"

// RemoveAbandoned removes folders of sheets that were last written before the given time: those of a server that was
// killed during an export. The folders of other users stay.
func RemoveAbandoned(before time.Time) {
	folders, err := filepath.Glob(filepath.Join(os.TempDir(), tempPrefix+"*"))
	if err != nil {
		return
	}
	for _, folder := range folders {
		if info, err := os.Lstat(folder); err == nil && info.IsDir() && lastWritten(folder, info).Before(before) {
			_ = os.RemoveAll(folder)
		}
	}
}

// lastWritten returns when the folder or a file in it was written last.
func lastWritten(folder string, info os.FileInfo) time.Time {
	last := info.ModTime()
	entries, err := os.ReadDir(folder)
	if err != nil {
		return last
	}
	for _, entry := range entries {
		if file, err := entry.Info(); err == nil && file.ModTime().After(last) {
			last = file.ModTime()
		}
	}
	return last
}
