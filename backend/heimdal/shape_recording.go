package heimdal

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
)

// recorder writes the shapes of the responses of one connection. It is nil where shapes are not recorded.
type recorder struct {
	to    io.Writer
	calls int
}

// newRecorder returns a recorder that writes to w, nil if w is nil.
func newRecorder(w io.Writer) *recorder {
	if w == nil {
		return nil
	}
	return &recorder{to: w}
}

// recording is a response body whose shape is written while it is read.
type recording struct {
	io.ReadCloser
	refused bool
	pipe    *io.PipeWriter
	done    chan struct{}
}

// record replaces a response's body by one whose shape is written.
func (r *recorder) record(response *http.Response) {
	if r == nil {
		return
	}
	r.calls++
	call := r.calls
	source, pipe := io.Pipe()
	body := &recording{ReadCloser: response.Body, refused: response.StatusCode != http.StatusOK, pipe: pipe, done: make(chan struct{})}
	response.Body = body
	go func() {
		defer close(body.done)
		writeShape(r.to, call, response, source)
		_, _ = io.Copy(io.Discard, source)
	}()
}

// Read reads the response and passes what it read to writeShape.
func (b *recording) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	_, _ = b.pipe.Write(p[:n])
	return n, err
}

// Close returns once the shape is written. A response that is refused by its status has not been read, so Close reads
// it.
func (b *recording) Close() error {
	if b.refused {
		_, _ = io.Copy(io.Discard, io.LimitReader(b, maxRefusalBody))
	}
	b.pipe.Close()
	<-b.done
	return b.ReadCloser.Close()
}

// writeShape writes one line of JSON: the number of the call, the response's status, the names of its headers, and the
// shape of its body. w must keep its own errors.
func writeShape(w io.Writer, call int, response *http.Response, body io.Reader) {
	out := bufio.NewWriter(w)
	names, _ := json.Marshal(slices.Sorted(maps.Keys(response.Header)))
	fmt.Fprintf(out, `{"call":%d,"status":%d,"headers":%s,"body":`, call, response.StatusCode, names)
	in := bufio.NewReader(body)
	if mark, _ := in.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
	}
	d := json.NewDecoder(in)
	d.UseNumber()
	s := &shaper{in: d, out: out, words: map[string]map[string]bool{}}
	_ = s.value("", "", 0)
	s.put("}\n")
	_ = out.Flush()
}
