//go:build !windows

package desktop

import (
	"io"
	"os"
)

// terminal returns file, which leads to the terminal that has started the program.
func terminal(file *os.File) io.Writer { return file }
