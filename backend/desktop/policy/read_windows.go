package policy

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows/registry"
)

// Read returns IT's policy of this computer, or an empty one.
func Read() (Policy, error) {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, WindowsKey, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if errors.Is(err, registry.ErrNotExist) {
		return Policy{}, nil
	}
	if err != nil {
		return Policy{}, fmt.Errorf(`policy HKLM\%s cannot be read: %w`, WindowsKey, err)
	}
	defer func() { _ = key.Close() }()
	p, err := FromRegistry(key, registry.ExpandString)
	if err != nil {
		return Policy{}, fmt.Errorf(`policy HKLM\%s: %w`, WindowsKey, err)
	}
	return p, nil
}
