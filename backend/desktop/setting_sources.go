package desktop

import "fs-client-portal/backend/desktop/policy"

// Where a setting in force comes from.
const (
	sourcePolicy      = "policy"
	sourceEnvironment = "environment"
	sourceUser        = "user"
	sourceDefault     = "default"
)

// settingSource is where a setting comes from. Value is its value in the policy, unless that may be personal.
type settingSource struct {
	Key    string `json:"key"`
	Source string `json:"source"`
	Value  any    `json:"value,omitempty"`
}

// settingSources returns the source of each setting, in the order of policy.Keys. chosen reports whether the user has
// chosen an address.
func settingSources(p policy.Policy, getenv func(string) string, chosen bool) []settingSource {
	all := make([]settingSource, len(policy.Keys))
	for i, key := range policy.Keys {
		all[i] = settingSource{Key: key.Name, Source: sourceOf(p, key, getenv)}
		if key.Name == policy.APIURL && all[i].Source == sourceDefault && chosen {
			all[i].Source = sourceUser
		}
		if key.Kind != policy.Text && key.Kind != policy.Path {
			all[i].Value = p.Value(key.Name)
		}
	}
	return all
}

func sourceOf(p policy.Policy, key policy.Key, getenv func(string) string) string {
	switch {
	case p.Value(key.Name) != nil:
		return sourcePolicy
	case key.Environment != "" && getenv(key.Environment) != "":
		return sourceEnvironment
	}
	return sourceDefault
}
