package desktop

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

const parentProcess = ^uintptr(0) // ATTACH_PARENT_PROCESS

var attachConsole = windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")

// terminal returns file if it is redirected or a console, otherwise the console of the program that has started this
// one: a program with a window has none of its own.
func terminal(file *os.File) io.Writer {
	if kind, err := windows.GetFileType(windows.Handle(file.Fd())); err == nil && kind != windows.FILE_TYPE_UNKNOWN {
		return file
	}
	// An error means that the console is attached already, or that there is none.
	_, _, _ = attachConsole.Call(parentProcess)
	console, err := os.OpenFile("CONOUT$", os.O_WRONLY, 0)
	if err != nil {
		return file
	}
	return console
}
