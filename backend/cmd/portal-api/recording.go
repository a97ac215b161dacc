package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// recording is a file with the shapes of responses. A nil recording records nothing.
type recording struct {
	file  *os.File
	calls int
	err   error // the first write error; nothing is written after it
}

// newRecording creates the file, which must not exist yet. It returns nil for an empty path.
func newRecording(path string) (*recording, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s already exists; choose a new file", path)
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

// finish closes the file, prints what it contains, and returns the run's error, or else its own. An empty file is
// removed.
func (r *recording) finish(run error) error {
	if r == nil {
		return run
	}
	name := r.file.Name()
	err := errors.Join(r.err, r.file.Close())
	if r.calls == 0 {
		err = errors.Join(err, os.Remove(name))
		fmt.Fprintln(os.Stderr, "portal-api: nothing was recorded, because no call was made")
	} else {
		fmt.Fprintf(os.Stderr, "portal-api: %s contains the shape of %d responses%s\n", name, r.calls, unfinished(run))
	}
	if run == nil && err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "portal-api: the recording is incomplete:", err)
	}
	return run
}

func unfinished(run error) string {
	if run == nil {
		return ""
	}
	return ", of the calls before the run ended"
}
