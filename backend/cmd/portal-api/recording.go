package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// recording is a file of the shapes of answers. A nil one records nothing.
type recording struct {
	file  *os.File
	calls int
	err   error // the first one; nothing is written after it
}

// newRecording creates the file, which must not exist; nil for no path.
func newRecording(path string) (*recording, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s exists already; name a file that does not", path)
	}
	if err != nil {
		return nil, err
	}
	return &recording{file: file}, nil
}

func (r *recording) writer() io.Writer {
	if r == nil {
		return nil
	}
	return r
}

// Write writes the line of one call.
func (r *recording) Write(line []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.file.Write(line)
	if err != nil {
		r.err = err
		return n, err
	}
	r.calls++
	return n, nil
}

// closedAfter closes the file, says what it holds, and returns the run's error or else its own. A file without a line is
// removed.
func (r *recording) closedAfter(run error) error {
	if r == nil {
		return run
	}
	name := r.file.Name()
	err := errors.Join(r.err, r.file.Close())
	if r.calls == 0 {
		err = errors.Join(err, os.Remove(name))
		fmt.Fprintln(os.Stderr, "portal-api: no call was made, so nothing was recorded")
	} else {
		fmt.Fprintf(os.Stderr, "portal-api: %s holds the shape of %d calls%s\n", name, r.calls, unfinished(run))
	}
	if run == nil && err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "portal-api: the recording is not whole:", err)
	}
	return run
}

func unfinished(run error) string {
	if run == nil {
		return ""
	}
	return ", those made before the run ended"
}
