//go:build !linux

package webview

// Running returns that it is not known whether the process that runs the page exists.
func Running() (running, known bool) { return false, false }
