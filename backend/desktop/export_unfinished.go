package desktop

import (
	"os"
	"path/filepath"
	"strings"
)

// unfinishedExport is the note of the temporary file of the export in progress. It outlives an app that is killed, so
// that the next one removes the file.
type unfinishedExport struct{ note string }

func unfinishedExportIn(stateDir string) unfinishedExport {
	return unfinishedExport{filepath.Join(stateDir, "unfinished-export")}
}

func (u unfinishedExport) keep(temp string) error {
	full, err := filepath.Abs(temp)
	if err != nil {
		return err
	}
	return writeFile(u.note, []byte(full))
}

func (u unfinishedExport) forget() { _ = os.Remove(u.note) }

// remove removes the file of the note, if it is one that newExportFile created.
func (u unfinishedExport) remove() {
	content, err := os.ReadFile(u.note)
	if err != nil {
		return
	}
	path := string(content)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && isExportTemp(path) {
		_ = os.Remove(path)
	}
	u.forget()
}

// isExportTemp reports whether a path has the form that newExportFile gives a temporary file.
func isExportTemp(path string) bool {
	name := filepath.Base(path)
	return filepath.IsAbs(path) && strings.HasPrefix(name, ".") && strings.Contains(name, exportTempMark)
}

// removeUnfinishedExport removes the temporary file that an earlier app could not, once.
func (d *Desktop) removeUnfinishedExport() {
	d.exports.leftover.Do(unfinishedExportIn(d.options.StateDir).remove)
}
