// Package policy reads what IT has set for all users of this computer. Its table Keys is the source of the reader and
// of the files that backend/cmd/policyfiles writes for IT.
package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Where a policy lies on each system.
const (
	WindowsKey  = `Software\Policies\FS\ClientPortal`
	MacOSDomain = "com.fs.clientportal"
	LinuxFile   = "/etc/fs-client-portal/policy.json"
)

// Policy is what IT has set for all users of this computer. The zero Policy sets nothing.
type Policy struct {
	values map[string]value
	// Notes name, for the log, the keys that have no effect.
	Notes []string
}

// value is a string, a bool or a list of strings, with its line in the policy file, 0 without one.
type value struct {
	of   any
	line int
}

// Setting is a text with the name by which the administrator knows it.
type Setting struct{ Name, Value string }

// Value returns the value of a key that is set, a string, a bool or a list of strings, and nil otherwise.
func (p Policy) Value(name string) any { return p.values[name].of }

// Bool returns the value of a key of kind Boolean, or its default.
func (p Policy) Bool(name string) bool {
	if v, set := p.values[name]; set {
		return v.of.(bool)
	}
	key, _ := keyNamed(name)
	return key.Default.(bool)
}

// List returns the value of a key of kind List, nil if it is not set.
func (p Policy) List(name string) []string {
	list, _ := p.values[name].of.([]string)
	return list
}

// Text returns the value of a key of another kind: policy's, otherwise the environment's, otherwise the default. It is
// empty if there is none. An empty variable counts as none.
func (p Policy) Text(name string, getenv func(string) string) Setting {
	if v, set := p.values[name]; set {
		return Setting{nameAt(name, v.line), v.of.(string)}
	}
	key, _ := keyNamed(name)
	if key.Environment != "" {
		if given := getenv(key.Environment); given != "" {
			return Setting{key.Environment, given}
		}
	}
	standard, _ := key.Default.(string)
	return Setting{nameAt(name, 0), standard}
}

func nameAt(name string, line int) string {
	if line == 0 {
		return "policy key " + name
	}
	return fmt.Sprintf("policy key %s (line %d of the policy file)", name, line)
}

// entry is a key and its value as they were read. line is 0 outside a file.
type entry struct {
	name  string
	given any
	line  int
}

// place begins a message about an entry.
func (e entry) place() string {
	if e.line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d: ", e.line)
}

// build checks every value. An invalid one stops the start: a policy that is half understood is worse than none.
func build(entries []entry) (Policy, error) {
	p := Policy{values: map[string]value{}}
	for _, e := range entries {
		if err := p.add(e); err != nil {
			return Policy{}, fmt.Errorf("%s%w", e.place(), err)
		}
	}
	return p, nil
}

func (p *Policy) add(e entry) error {
	key, known := keyNamed(e.name)
	if !known {
		return p.addUnknown(e)
	}
	checked, ok := key.checked(e.given)
	if !ok {
		return fmt.Errorf("%s must be %s", key.Name, key.Values())
	}
	p.values[key.Name] = value{checked, e.line}
	if key.Reserved {
		p.Notes = append(p.Notes, fmt.Sprintf("policy: %s%s is reserved and has no effect in this version", e.place(), key.Name))
	}
	return nil
}

// addUnknown notes a key that this version does not know, because a newer one may.
func (p *Policy) addUnknown(e entry) error {
	for _, key := range Keys {
		if strings.EqualFold(key.Name, e.name) {
			return fmt.Errorf("%s is not a key; write it as %s", e.name, key.Name)
		}
	}
	note := fmt.Sprintf("policy: %s%q is not a key of this version and has no effect", e.place(), e.name)
	if meant := nearest(e.name); meant != "" {
		note += "; did you mean " + meant + "?"
	}
	p.Notes = append(p.Notes, note)
	return nil
}

// checked returns a valid value as a string, a bool or a list of strings.
func (k Key) checked(given any) (checked any, ok bool) {
	switch k.Kind {
	case Boolean:
		checked, ok = given.(bool)
	case List:
		checked, ok = k.checkedList(given)
	case Choice:
		text, isText := given.(string)
		checked, ok = text, isText && slices.Contains(k.Choices, text)
	default:
		text, isText := given.(string)
		checked, ok = text, isText && text != ""
	}
	return checked, ok
}

// checkedList accepts a list, or a string with commas, which is what plain strings of the registry contain.
func (k Key) checkedList(given any) (list []string, ok bool) {
	for _, one := range partsOf(given) {
		text, isText := one.(string)
		text = strings.TrimSpace(text)
		if text == "" && isText {
			continue
		}
		if !slices.Contains(k.Choices, text) {
			return nil, false
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return slices.Compact(list), len(list) > 0
}

func partsOf(given any) []any {
	switch given := given.(type) {
	case []any:
		return given
	case []string:
		return anyOf(given)
	case string:
		return anyOf(strings.Split(given, ","))
	}
	return nil
}

func anyOf(texts []string) []any {
	parts := make([]any, len(texts))
	for n, text := range texts {
		parts[n] = text
	}
	return parts
}
