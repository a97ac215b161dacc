package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Read returns IT's policy of this computer, or an empty one.
func Read() (Policy, error) { return readFile(LinuxFile) }

func readFile(path string) (Policy, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Policy{}, nil
	}
	if err != nil {
		return Policy{}, fmt.Errorf("policy cannot be read: %w", err)
	}
	p, err := FromJSON(content)
	if err != nil {
		return Policy{}, fmt.Errorf("policy %s: %w", path, err)
	}
	return p, nil
}
