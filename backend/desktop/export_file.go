package desktop

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fs-client-portal/backend/portal"
)

// exportFile is written beside its final path, which it replaces as a whole.
type exportFile struct {
	path string
	temp *os.File
	note unfinishedExport
	// out is temp, unless a test has another.
	out io.Writer
}

// exportTempMark follows the name of the final file in that of the temporary one.
const exportTempMark = ".part-"

// newExportFile creates a temporary file in the folder of path, of which it keeps a note. A missing extension is added
// to path.
func newExportFile(path string, format portal.ExportFormat, note unfinishedExport) (*exportFile, error) {
	if extension := "." + string(format); !strings.EqualFold(filepath.Ext(path), extension) {
		path += extension
		if _, err := os.Lstat(path); err == nil { // the dialog has asked about the name without it
			return nil, fileProblem(fileError{fs.ErrExist})
		}
	}
	if link, err := filepath.EvalSymlinks(path); err == nil {
		path = link // replaces the file, and not the link to it
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fileProblem(fileError{errors.New("not a regular file")})
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+exportTempMark+"*")
	if err != nil {
		return nil, fileProblem(fileError{err})
	}
	_ = note.keep(temp.Name()) // without it the file stays if the app is killed, which is no reason to refuse the export
	return &exportFile{path, temp, note, temp}, nil
}

func (f *exportFile) Write(part []byte) (int, error) {
	n, err := f.out.Write(part)
	if err != nil {
		return n, fileError{err}
	}
	return n, nil
}

// commit makes the file what path names.
func (f *exportFile) commit() error {
	err := errors.Join(f.temp.Sync(), f.temp.Close())
	if err == nil {
		err = os.Rename(f.temp.Name(), f.path)
	}
	if err != nil {
		return fileProblem(fileError{err})
	}
	f.temp = nil
	f.note.forget()
	return nil
}

// discard removes a file that was not committed.
func (f *exportFile) discard() {
	if f.temp == nil {
		return
	}
	_ = f.temp.Close()
	_ = os.Remove(f.temp.Name())
	f.note.forget()
}

// Causes of the code file_failed.
const (
	fileDiskFull     = "disk_full"
	fileNoPermission = "no_permission"
	fileNoFolder     = "no_folder"
	fileExists       = "exists"
	fileOtherFault   = "other"
)

// fileProblem returns why a file cannot be written. The log gets no path: it may be personal.
func fileProblem(err error) *Problem {
	cause, message := fileOtherFault, "The file cannot be written there. Choose another folder or name."
	switch {
	case diskFull(err):
		cause, message = fileDiskFull, "There is not enough space for the file. Free some, or choose another folder."
	case errors.Is(err, fs.ErrPermission) || readOnly(err):
		cause, message = fileNoPermission, "You may not write to this folder or file. Choose another folder."
	case errors.Is(err, fs.ErrNotExist):
		cause, message = fileNoFolder, "The folder does not exist any more. Choose another one."
	case errors.Is(err, fs.ErrExist):
		cause, message = fileExists, "A file of this name exists. Choose another name, or choose that file to replace it."
	}
	p := problem(FileFailed, message+" Nothing was saved.")
	p.Cause = cause
	return p
}
