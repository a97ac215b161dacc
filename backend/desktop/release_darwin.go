package desktop

import (
	"os/exec"
	"strings"
)

// systemRelease returns the version of macOS.
func systemRelease() string {
	version, err := exec.Command("/usr/bin/sw_vers", "-productVersion").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(version))
}
