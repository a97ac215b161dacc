package webview

import (
	"os"
	"path/filepath"
	"regexp"
)

// mapped matches the library's file in the list of files that a process has mapped.
var mapped = regexp.MustCompile(`(?m) (/\S*/)libwebkit2gtk-(4\.[01])\.so`)

// hasProgram reports whether WebKitGTK's program that runs the page is where distributions put it. maps is the content
// of /proc/self/maps.
func hasProgram(maps string) bool {
	found := mapped.FindStringSubmatch(maps)
	if found == nil {
		return true // linked in another way, of which nothing is known
	}
	folder, name := found[1], "webkit2gtk-"+found[2]
	for _, pattern := range []string{
		folder + name, "/usr/libexec/" + name, "/usr/lib/" + name, "/usr/lib/*/" + name, "/usr/libexec/libwebkit2gtk-*",
	} {
		programs, err := filepath.Glob(pattern + "/WebKitWebProcess")
		if err == nil && len(programs) > 0 {
			return true
		}
	}
	return false
}

// programFound reports hasProgram of this process.
func programFound() bool {
	maps, err := os.ReadFile("/proc/self/maps")
	return err != nil || hasProgram(string(maps))
}
