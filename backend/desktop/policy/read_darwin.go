package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
)

const managedPreferences = "/Library/Managed Preferences"

// Read returns IT's policy of this computer, or an empty one. As usual on macOS, what is managed for the user takes
// precedence over what is managed for the computer.
func Read() (Policy, error) {
	values := map[string]any{}
	for _, dir := range managedFolders() {
		path := filepath.Join(dir, MacOSDomain+".plist")
		more, err := readPlist(path)
		if err != nil {
			return Policy{}, fmt.Errorf("policy %s cannot be read: %w", path, err)
		}
		maps.Copy(values, more)
	}
	p, err := FromPreferences(values)
	if err != nil {
		return Policy{}, fmt.Errorf("policy %s: %w", MacOSDomain, err)
	}
	return p, nil
}

func managedFolders() []string {
	folders := []string{managedPreferences}
	if me, err := user.Current(); err == nil {
		folders = append(folders, filepath.Join(managedPreferences, filepath.Base(me.Username)))
	}
	return folders
}

// readPlist converts the property list, text or binary, to JSON with the system's plutil.
func readPlist(path string) (map[string]any, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	content, err := exec.Command("/usr/bin/plutil", "-convert", "json", "-o", "-", path).Output()
	if err != nil {
		return nil, fmt.Errorf("plutil: %w", err)
	}
	var values map[string]any
	if err := json.Unmarshal(content, &values); err != nil {
		return nil, errors.New("it must be a dictionary")
	}
	return values, nil
}
