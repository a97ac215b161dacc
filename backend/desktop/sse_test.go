package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// eventsOf reads a whole stream and returns each event as "name data".
func eventsOf(stream io.Reader) (events []string, err error) {
	err = readEvents(stream, func(name string, data []byte) error {
		events = append(events, fmt.Sprintf("%s %q", name, data))
		return nil
	})
	return events, err
}

func TestStream(t *testing.T) {
	t.Run("is_parsed_as_in_the_specification", testStreamIsParsedAsInTheSpecification)
	t.Run("delivers_an_event_once_complete", testStreamDeliversAnEventOnceComplete)
	t.Run("is_limited_in_size", testStreamIsLimitedInSize)
}

func testStreamIsParsedAsInTheSpecification(t *testing.T) {
	for stream, want := range map[string][]string{
		"":                                    nil,
		"data: a\n\n":                         {` "a"`},
		"event: run\ndata: {}\n\n":            {`run "{}"`},
		"event:run\ndata:{}\n\n":              {`run "{}"`},
		"data: {}\nevent: run\n\n":            {`run "{}"`},
		"event: run\r\ndata: {}\r\n\r\n":      {`run "{}"`},
		"data: a\r\n\ndata: b\n\r\n":          {` "a"`, ` "b"`},
		"data: a\ndata: b\n\n":                {` "a\nb"`},
		"data:  a \n\n":                       {` " a "`},
		"data\n\n":                            {` ""`},
		"data:\ndata:\n\n":                    {` "\n"`},
		": still here\n\n: again\n\n":         nil,
		"event: run\n\ndata: a\n\n":           {` "a"`},
		"id: 7\nretry: 10\nother\ndata:a\n\n": {` "a"`},
		"\xef\xbb\xbfdata: a\n\n":             {` "a"`},
		"data: a\n\ndata: cut":                {` "a"`},
		"data: a\n\ndata: cut\n":              {` "a"`},
		"data: a:b\n\n":                       {` "a:b"`},
	} {
		for _, read := range []io.Reader{strings.NewReader(stream), iotest.OneByteReader(strings.NewReader(stream))} {
			if got, err := eventsOf(read); err != nil || !slices.Equal(got, want) {
				t.Errorf("%q is read as %q (%v), want %q", stream, got, err, want)
			}
		}
	}
}

// aliveReader fails the test when it is read beyond its end: a stream that is still open would block there.
type aliveReader struct {
	*testing.T
	left string
}

func (r *aliveReader) Read(p []byte) (int, error) {
	if r.left == "" {
		r.Error("the reader waits for more before it delivers a complete event")
		return 0, io.EOF
	}
	n := copy(p[:1], r.left)
	r.left = r.left[n:]
	return n, nil
}

func testStreamDeliversAnEventOnceComplete(t *testing.T) {
	enough := errors.New("enough")
	for _, stream := range []string{"data: a\n\n", "data: a\r\n\r\n"} {
		err := readEvents(&aliveReader{t, stream}, func(string, []byte) error { return enough })
		if !errors.Is(err, enough) {
			t.Errorf("%q: %v", stream, err)
		}
	}
}

func testStreamIsLimitedInSize(t *testing.T) {
	long := strings.Repeat("x", eventLimit+1)
	many := strings.Repeat("data: "+strings.Repeat("x", 1000)+"\n", eventLimit/1000+1)
	for name, stream := range map[string]string{"one long line": "data: " + long, "many lines": many, "a long comment": ":" + long} {
		if _, err := eventsOf(strings.NewReader(stream)); !errors.Is(err, errEventTooLong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := eventsOf(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken connection is read as the end: %v", err)
	}
}

// FuzzReadEvents checks that any stream, however it arrives, gives the same events, within the limits, and that these
// are read again from a stream of their own.
func FuzzReadEvents(f *testing.F) {
	for _, stream := range []string{
		"event: run\ndata: {\"run\":1}\n\n", "\xef\xbb\xbfdata: a\r\n\r\n", ": c\r\rdata: a\rdata\n\r\n", "event\ndata\n\n\n", "data: \x00\n\n",
		"id:1\nretry: 5\nevent: a\nevent: b\ndata:x\n\n",
	} {
		f.Add([]byte(stream))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		whole, wholeErr := eventsOf(bytes.NewReader(stream))
		slow, slowErr := eventsOf(iotest.OneByteReader(bytes.NewReader(stream)))
		if !slices.Equal(whole, slow) || !errors.Is(slowErr, wholeErr) {
			t.Fatalf("%q is read as %q (%v), byte by byte as %q (%v)", stream, whole, wholeErr, slow, slowErr)
		}
		var again bytes.Buffer
		err := readEvents(bytes.NewReader(stream), func(name string, data []byte) error {
			if len(name) > eventLimit || len(data) > eventLimit || strings.Contains(name, "\n") {
				t.Fatalf("an event %q with %q", name, data)
			}
			fmt.Fprintf(&again, "event: %s\r\ndata: %s\r\n\r\n", name, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\ndata: ")))
			return nil
		})
		if got, _ := eventsOf(&again); err == nil && !slices.Equal(got, whole) {
			t.Fatalf("%q is read as %q, read again as %q", stream, whole, got)
		}
	})
}
