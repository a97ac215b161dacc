package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

const folderName = "fs-client-portal"

// ConfigDir returns the folder of the user's own choices. It may not exist yet.
func ConfigDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, folderName), nil
}

// StateDir returns the folder of the log, the window's size and the locks. It may not exist yet.
func StateDir() (string, error) {
	switch runtime.GOOS {
	case "windows", "darwin":
		dir, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		return filepath.Join(dir, folderName), nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, folderName), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "state", folderName), nil
}

// writeFile replaces a file in one step, so that a crash leaves either the old or the new content.
func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return replaceFile(path, content)
}

// replaceFile writes a file as a whole in a folder that exists, in place of an earlier one.
func replaceFile(path string, content []byte) error {
	temp, err := tempBeside(path, content)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// createFile writes a file as a whole in a folder that exists. Its error is fs.ErrExist if there is such a file.
func createFile(path string, content []byte) error {
	temp, err := tempBeside(path, content)
	if err != nil {
		return err
	}
	err = os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return errors.Join(err, os.Remove(temp))
	}
	// A file system without links. The caller has looked for a file of this name.
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}

// tempBeside writes a temporary file into the folder of path, readable by this user alone.
func tempBeside(path string, content []byte) (string, error) {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return "", err
	}
	_, err = temp.Write(content)
	if err := errors.Join(err, temp.Close()); err != nil {
		return "", errors.Join(err, os.Remove(temp.Name()))
	}
	return temp.Name(), nil
}
