package desktop

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

const (
	// eventLimit limits a line and the data of one event. A run is far smaller.
	eventLimit = 64 << 10
	// streamSilence is how long a stream may be silent. The server sends a heartbeat every 15 seconds.
	streamSilence = 45 * time.Second
)

var (
	errEventTooLong = errors.New("an event is longer than any the API sends")
	errStreamSilent = errors.New("the stream fell silent")
)

// readEvents calls take with each event of a text/event-stream until the stream ends, which is no error, or take
// returns an error. An incomplete event at the end is ignored. Lines end with LF or CRLF: the API sends no bare CR,
// which the specification also allows.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
func readEvents(stream io.Reader, take func(name string, data []byte) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, eventLimit)
	var name string
	var data []byte
	for first := true; lines.Scan(); first = false {
		line := lines.Bytes()
		if first {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(line) == 0 {
			if data != nil {
				if err := take(name, bytes.TrimSuffix(data, []byte("\n"))); err != nil {
					return err
				}
			}
			name, data = "", nil
			continue
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "event":
			name = string(value)
		case "data":
			if data = append(append(data, value...), '\n'); len(data) > eventLimit {
				return errEventTooLong
			}
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errEventTooLong
	}
	return lines.Err()
}

// follow reads the events of one call until they end. Every error is a *Problem.
func (c *apiClient) follow(ctx context.Context, call request) error {
	streaming, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer c.connections.onMove(func() { cancel(errNetworkChanged) })()
	used := c.connections.inUse()
	response, err := c.open(streaming, call)
	if err != nil {
		if ctx.Err() == nil {
			c.connections.leave(used)
		}
		return c.unreachable(ctx, err)
	}
	defer response.RawBody().Close()
	if status := response.StatusCode(); status != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(response.RawBody(), eventLimit)) // what is missing is not JSON
		return c.responseProblem(response.SetBody(body))
	}
	if kind, _, err := mime.ParseMediaType(response.Header().Get("Content-Type")); err != nil || kind != "text/event-stream" {
		return c.foreignResponse(response)
	}
	err = readEvents(c.watchdog(streaming, cancel, response.RawBody()), call.event)
	var known *Problem
	switch {
	case errors.As(err, &known):
		return known
	case err != nil:
		if errors.Is(context.Cause(streaming), errStreamSilent) {
			c.connections.leave(used)
		}
		return c.unreachable(ctx, err)
	}
	return nil
}

// open requests a stream, which lasts longer than the time limit of other responses.
func (c *apiClient) open(ctx context.Context, call request) (*resty.Response, error) {
	r := c.streams.R().SetContext(ctx).SetDoNotParseResponse(true).SetHeader("Accept", "text/event-stream, application/problem+json")
	if call.token != "" {
		r.SetAuthToken(call.token)
	}
	if call.grant != "" {
		r.SetHeader("Portal-Grant", call.grant)
	}
	return r.Execute(call.method, call.path)
}

// watchdog returns the stream with an idle timeout.
func (c *apiClient) watchdog(ctx context.Context, cancel context.CancelCauseFunc, stream io.Reader) io.Reader {
	beats := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case <-beats:
			case <-c.clock.After(streamSilence):
				cancel(errStreamSilent)
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return heartbeat{stream, beats}
}

// heartbeat reports every read that returned data.
type heartbeat struct {
	io.Reader
	beats chan<- struct{}
}

func (h heartbeat) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if n > 0 {
		select {
		case h.beats <- struct{}{}:
		default:
		}
	}
	return n, err
}
