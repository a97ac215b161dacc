// Package webview returns the version of the library that draws the app's window, and whether its process runs.
package webview

import "errors"

// ErrMissing is the error of Read if the library is not installed, ErrNoWindow that of builds without a window.
var (
	ErrMissing  = errors.New("the library that draws the window is not installed")
	ErrNoWindow = errors.New("this build has no window")
)

// Library is the library that draws the window. Version and Minimum, the oldest version that works, are dotted
// numbers; either may be empty if it is not known. Incomplete means that the program that runs the page was not found.
type Library struct {
	Name, Version, Minimum string
	Incomplete             bool
}
