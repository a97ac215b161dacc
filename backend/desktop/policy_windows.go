package desktop

import (
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sys/windows/registry"
)

const policyKey = `Software\Policies\FS\ClientPortal`

// ReadPolicy returns IT's policy of this computer, or an empty one.
func ReadPolicy() (Policy, error) {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, policyKey, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if errors.Is(err, registry.ErrNotExist) {
		return Policy{}, nil
	}
	if err != nil {
		return Policy{}, fmt.Errorf(`policy HKLM\%s cannot be read: %w`, policyKey, err)
	}
	defer func() { _ = key.Close() }()
	values, err := registryValues(key)
	if err != nil {
		return Policy{}, fmt.Errorf(`policy HKLM\%s cannot be read: %w`, policyKey, err)
	}
	p, err := parsePolicy(values)
	if err != nil {
		return Policy{}, fmt.Errorf(`policy HKLM\%s: %w`, policyKey, err)
	}
	return p, nil
}

func registryValues(key registry.Key) (map[string]json.RawMessage, error) {
	names, err := key.ReadValueNames(-1)
	if err != nil {
		return nil, err
	}
	values := map[string]json.RawMessage{}
	for _, name := range names {
		value, err := registryValue(key, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if values[name], err = json.Marshal(value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return values, nil
}

// registryValue returns a value as JSON would have it. Group policy writes booleans as the numbers 1 and 0.
func registryValue(key registry.Key, name string) (any, error) {
	_, kind, err := key.GetValue(name, nil)
	if err != nil {
		return nil, err
	}
	switch kind {
	case registry.SZ:
		value, _, err := key.GetStringValue(name)
		return value, err
	case registry.EXPAND_SZ:
		value, _, err := key.GetStringValue(name)
		if err != nil {
			return nil, err
		}
		// Such as %ProgramData%\FS\ca.pem.
		return registry.ExpandString(value)
	case registry.MULTI_SZ:
		value, _, err := key.GetStringsValue(name)
		return value, err
	case registry.DWORD, registry.QWORD:
		value, _, err := key.GetIntegerValue(name)
		if err == nil && value <= 1 {
			return value == 1, nil
		}
		return value, err
	}
	return nil, errors.New("must be a string, a list of strings or a number")
}
