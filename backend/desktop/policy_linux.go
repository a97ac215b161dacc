package desktop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

const policyFile = "/etc/fs-client-portal/policy.json"

// ReadPolicy returns IT's policy of this computer, or an empty one.
func ReadPolicy() (Policy, error) { return readPolicyFile(policyFile) }

func readPolicyFile(path string) (Policy, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Policy{}, nil
	}
	if err != nil {
		return Policy{}, fmt.Errorf("policy cannot be read: %w", err)
	}
	p, err := parsePolicyJSON(content)
	if err != nil {
		return Policy{}, fmt.Errorf("policy %s: %w", path, err)
	}
	return p, nil
}
