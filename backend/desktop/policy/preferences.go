package policy

import (
	"maps"
	"slices"
	"strings"
)

// FromPreferences reads managed preferences of macOS, decoded from JSON. What a profile adds about itself, such as
// PayloadUUID, is no setting.
func FromPreferences(values map[string]any) (Policy, error) {
	var entries []entry
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !strings.HasPrefix(name, "Payload") {
			entries = append(entries, entry{name: name, given: values[name]})
		}
	}
	return build(entries)
}
