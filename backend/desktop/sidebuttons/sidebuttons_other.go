//go:build !linux || !(production || dev)

package sidebuttons

// Watch does nothing where the page gets the events of the side buttons, and in builds without a window.
func Watch(func(way string)) {}
