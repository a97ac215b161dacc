//go:build !windows && !(linux && (production || dev))

package webview

import "runtime"

// Read returns macOS' own library, which is always there, and ErrNoWindow in builds without a window.
func Read() (Library, error) {
	if runtime.GOOS == "darwin" {
		return Library{Name: "WebKit of macOS"}, nil
	}
	return Library{}, ErrNoWindow
}
