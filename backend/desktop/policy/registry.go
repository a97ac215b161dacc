package policy

import "fmt"

// RegistryKey is an open key of the Windows registry, as package registry of golang.org/x/sys/windows has it.
type RegistryKey interface {
	ReadValueNames(n int) ([]string, error)
	GetValue(name string, buffer []byte) (n int, kind uint32, err error)
	GetStringValue(name string) (value string, kind uint32, err error)
	GetStringsValue(name string) (value []string, kind uint32, err error)
	GetIntegerValue(name string) (value uint64, kind uint32, err error)
}

// Types of registry values. They are here because package registry has them on Windows only.
const (
	RegistryString     uint32 = 1
	RegistryExpandable uint32 = 2
	RegistryDWord      uint32 = 4
	RegistryStrings    uint32 = 7
	RegistryQWord      uint32 = 11
)

// FromRegistry reads the values of a registry key. expand replaces variables such as %ProgramData%.
func FromRegistry(key RegistryKey, expand func(string) (string, error)) (Policy, error) {
	names, err := key.ReadValueNames(-1)
	if err != nil {
		return Policy{}, err
	}
	var entries []entry
	for _, name := range names {
		e := entry{name: name}
		if e.given, err = registryValue(key, name, expand); err != nil {
			return Policy{}, fmt.Errorf("%s cannot be read: %w", name, err)
		}
		entries = append(entries, e)
	}
	return build(entries)
}

// registryValue returns a string, a list of strings, a bool or a number; nil for a value of another type. Group Policy
// writes booleans as the numbers 1 and 0.
func registryValue(key RegistryKey, name string, expand func(string) (string, error)) (any, error) {
	_, kind, err := key.GetValue(name, nil)
	if err != nil {
		return nil, err
	}
	switch kind {
	case RegistryString:
		value, _, err := key.GetStringValue(name)
		return value, err
	case RegistryExpandable:
		value, _, err := key.GetStringValue(name)
		if err != nil {
			return nil, err
		}
		return expand(value)
	case RegistryStrings:
		value, _, err := key.GetStringsValue(name)
		return value, err
	case RegistryDWord, RegistryQWord:
		value, _, err := key.GetIntegerValue(name)
		if err == nil && value <= 1 {
			return value == 1, nil
		}
		return value, err
	}
	return nil, nil
}
