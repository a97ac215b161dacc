package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	// leastSpace is what the log and the files of the app need; with less than lowSpace the computer has little left.
	leastSpace = 16 << 20
	lowSpace   = 256 << 20
)

// Disk is how CheckDisk looks at folders.
type Disk struct {
	// Free returns the bytes that this user may still write. Try writes a file and removes it.
	Free func(folder string) (uint64, error)
	Try  func(folder string) error
	// Shown returns a path as it is shown.
	Shown func(path string) string
}

// SystemDisk returns a Disk of this computer.
func SystemDisk(shown func(path string) string) Disk { return Disk{freeSpace, tryWriting, shown} }

// CheckDisk returns the check whether the app can write into a folder and has space there.
func CheckDisk(name, folder string, disk Disk) Check {
	const late = "If the folder is on a network drive, check the connection to it."
	return Check{[]string{name}, late, func(context.Context) []Result { return []Result{diskResult(name, folder, disk)} }}
}

func diskResult(name, folder string, disk Disk) Result {
	existing := nearestFolder(folder)
	shown := disk.Shown(folder)
	free, err := disk.Free(existing)
	if err == nil && free < leastSpace {
		return Fail(name, fmt.Sprintf("%s: %s free", shown, size(free)), Fault{"disk_full",
			"There is not enough space for the app's log and settings.", "Delete files that are not needed, then start the app again."})
	}
	if err := disk.Try(existing); err != nil {
		return Fail(name, fmt.Sprintf("%s: %s", shown, reason(err)), Fault{"folder_not_writable",
			"The app cannot write into its folder: settings, log and the state of the session cannot be saved.",
			"Give this user the right to write into the folder, and make sure that it is a folder on a disk that can be written."})
	}
	if err == nil && free < lowSpace {
		return Warn(name, fmt.Sprintf("%s: %s free", shown, size(free)), Fault{"disk_low",
			"There is little space left on the disk.", "Delete files that are not needed."})
	}
	if err != nil {
		return Good(name, shown+" can be written.")
	}
	return Good(name, fmt.Sprintf("%s can be written, %s free.", shown, size(free)))
}

// nearestFolder returns the folder, or the closest one above it that exists: the app creates the rest.
func nearestFolder(folder string) string {
	for {
		_, err := os.Stat(folder)
		above := filepath.Dir(folder)
		if !errors.Is(err, fs.ErrNotExist) || above == folder {
			return folder
		}
		folder = above
	}
}

func tryWriting(folder string) error {
	file, err := os.CreateTemp(folder, ".write-test-*")
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, 4096))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// reason returns an error of a file without its path.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return "it cannot be written"
}

func size(bytes uint64) string {
	if bytes >= 1<<30 {
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}
