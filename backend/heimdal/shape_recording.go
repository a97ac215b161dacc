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

// recording is the body of an answer whose shape is written while it is read.
type recording struct {
	io.ReadCloser
	refused bool
	pipe    *io.PipeWriter
	done    chan struct{}
}

// record lets the shape of an answer be written to the reader's record, where it has one.
func (r *reader) record(response *http.Response) {
	if r.recorder == nil {
		return
	}
	r.recorded++
	call := r.recorded
	source, pipe := io.Pipe()
	body := &recording{ReadCloser: response.Body, refused: response.StatusCode != http.StatusOK, pipe: pipe, done: make(chan struct{})}
	response.Body = body
	go func() {
		defer close(body.done)
		writeShape(r.recorder, call, response, source)
		_, _ = io.Copy(io.Discard, source)
	}()
}

// Read reads the answer and passes what it read to writeShape.
func (b *recording) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	_, _ = b.pipe.Write(p[:n])
	return n, err
}

// Close returns once the shape is written. Nothing reads an answer that is refused by its status, so it is read here.
func (b *recording) Close() error {
	if b.refused {
		_, _ = io.Copy(io.Discard, io.LimitReader(b, maxRefusalBody))
	}
	b.pipe.Close()
	<-b.done
	return b.ReadCloser.Close()
}

// writeShape writes one line of JSON: the call's number, the answer's status and the names of its headers, and the shape of
// its body. w must remember its own errors.
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
