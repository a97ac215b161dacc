package desktop

import (
	"os"
	"strings"
)

// systemRelease returns the name and version of the distribution.
func systemRelease() string {
	content, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	release := map[string]string{}
	for line := range strings.Lines(string(content)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		release[key] = strings.Trim(value, `"'`)
	}
	return strings.TrimSpace(release["ID"] + " " + release["VERSION_ID"])
}
