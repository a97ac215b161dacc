//go:build linux && (production || dev)

package sidebuttons

/*
#cgo pkg-config: gtk+-3.0

void watch_side_buttons(void);
*/
import "C"

import "sync/atomic"

// GTK's numbers of the side buttons.
const (
	back    = 8
	forward = 9
)

var pressed atomic.Pointer[func(way string)]

// Watch calls on with "back" or "forward" when a side button is pressed in a window of this process. WebKitGTK would
// report the button to the page as another one.
func Watch(on func(way string)) {
	pressed.Store(&on)
	C.watch_side_buttons()
}

//export sideButtonPressed
func sideButtonPressed(button C.uint) {
	ways := map[uint]string{back: "back", forward: "forward"}
	if on, way := pressed.Load(), ways[uint(button)]; on != nil && way != "" {
		// This is the thread that draws the window.
		go (*on)(way)
	}
}
