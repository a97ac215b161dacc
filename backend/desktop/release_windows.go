package desktop

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// systemRelease returns the version of Windows.
func systemRelease() string {
	version := windows.RtlGetVersion()
	return fmt.Sprintf("%d.%d.%d", version.MajorVersion, version.MinorVersion, version.BuildNumber)
}
