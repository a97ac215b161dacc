package fakeheimdal

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// quiet discards what a server logs about broken connections.
var quiet = log.New(io.Discard, "", 0)

// response is the response to one call with a valid key and within the rate.
type response struct {
	server  *Server
	request *http.Request
	world   World
	shape   Shape
	rule    Rule
}

func (a *response) write(w http.ResponseWriter) {
	if a.refuse(w) {
		return
	}
	world, ok := a.customers()
	if !ok {
		writeMessage(w, "You do not have access to this customer.")
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, value := range a.shape.Headers {
		w.Header().Set(name, value)
	}
	if a.rule.Fault == LinkHeader {
		w.Header().Set("Link", "<"+a.request.URL.Path+`?page=2>; rel="next"`)
	}
	a.send(w, a.body(world))
}

// refuse writes the response of a fault that has no customers.
func (a *response) refuse(w http.ResponseWriter) bool {
	switch fault := a.rule.Fault; {
	case fault == Drop:
		drop(w)
	case fault == Slow:
		a.hang()
	case fault == Redirect:
		http.Redirect(w, a.request, a.rule.To, http.StatusFound)
	case fault == Message200:
		writeMessage(w, "An error has occurred.")
	case fault == Echo:
		writeMessage(w, a.request.Header.Get("Authorization")+" may not see this customer.")
	case fault == MessageBesideNone:
		fmt.Fprintf(w, `{"items":[],"totalCount":0,"message":"An error has occurred."}`)
	case fault == HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><title>Sign in</title><h1>Please sign in</h1>") //nolint:errcheck // the caller has gone away
	case fault == NoBody:
		w.WriteHeader(http.StatusOK)
	case fault == Status429 && a.rule.Wait > 0:
		tooMany(w, a.rule.Wait-time.Second)
	case fault.status() != 0:
		http.Error(w, `{"message":"An error has occurred."}`, fault.status())
	default:
		return false
	}
	return true
}

func drop(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}

// hang waits until the caller cancels or the server closes.
func (a *response) hang() {
	select {
	case <-a.request.Context().Done():
	case <-a.server.closed:
	}
}

// customers returns the customers that this call may see; false if there is no access to that customer.
func (a *response) customers() (World, bool) {
	own, asked := a.server.config.CustomerID, a.request.URL.Query().Get("customerId")
	held, isList := a.world.(list)
	ok := asked == own
	if isList {
		switch a.shape.Form {
		case Split:
			held, ok = under(held, asked, own)
		case Nested:
			held = nest(held)
		}
		a.world = shaped{held, a.shape}
	}
	return withFault(a.world, a.rule.Fault, a.shape), ok
}

// body writes a complete response.
type body func(w io.Writer) error

func (a *response) body(world World) body {
	total := world.Len()
	switch a.shape.Form {
	case Envelope:
		return a.envelope(a.page(world, 0, total), total, "")
	case Pages:
		return a.numbered(world)
	case Links:
		return a.linked(world)
	case Object:
		if total > 0 {
			return func(w io.Writer) error { _, err := w.Write(world.AppendJSON(nil, 0)); return err }
		}
	}
	if a.rule.Fault == TooFew || a.rule.Fault == LinkHeader {
		total--
	}
	return array(cut(world, 0, total))
}

func (a *response) numbered(world World) body {
	query := a.request.URL.Query()
	number, size := 1, a.shape.pageSize()
	if n, err := strconv.Atoi(query.Get("pageNumber")); err == nil {
		number = n
	}
	if n, err := strconv.Atoi(query.Get("pageSize")); err == nil && n > 0 {
		size = min(size, n)
	}
	return a.envelope(a.page(world, (number-1)*size, number*size), a.total(world, number > 1), "")
}

func (a *response) linked(world World) body {
	from, _ := strconv.Atoi(a.request.URL.Query().Get("from"))
	to := from + a.shape.pageSize()
	next := ""
	if to < world.Len() {
		next = a.link(to)
	}
	return a.envelope(a.page(world, from, to), a.total(world, from > 0), next)
}

func (a *response) total(world World, later bool) int {
	if later && a.rule.Fault == TotalChanges {
		return world.Len() + 1
	}
	return world.Len()
}

func (a *response) link(from int) string {
	if a.rule.Fault == LinkElsewhere {
		return a.rule.To
	}
	base, _, _ := strings.Cut(a.server.URL(), path)
	query := url.Values{"customerId": {a.request.URL.Query().Get("customerId")}, "from": {strconv.Itoa(from)}}
	return base + a.request.URL.Path + "?" + query.Encode()
}

// page returns customers from..to as this call's fault shows them.
func (a *response) page(world World, from, to int) World {
	switch {
	case a.rule.Fault == RepeatedPage:
		from, to = 0, to-from
	case a.rule.Fault == EmptyPage && from > 0:
		to = from
	case a.rule.Fault == TooFew && to >= world.Len():
		to = world.Len() - 1
	}
	return cut(world, from, to)
}

func (a *response) envelope(page World, total int, next string) body {
	return func(w io.Writer) error {
		if _, err := io.WriteString(w, "{"+strconv.Quote(a.shape.name("items"))+":"); err != nil {
			return err
		}
		if err := array(page)(w); err != nil {
			return err
		}
		end := "," + strconv.Quote(a.shape.name("totalCount")) + ":" + strconv.Itoa(total)
		if next != "" {
			end += "," + strconv.Quote(a.shape.name("nextLink")) + ":" + strconv.Quote(next)
		}
		if len(a.shape.Beside) > 0 {
			beside, err := json.Marshal(a.shape.Beside)
			if err != nil {
				return err
			}
			end += "," + string(beside[1:len(beside)-1])
		}
		_, err := io.WriteString(w, end+"}")
		return err
	}
}

func array(world World) body {
	return func(w io.Writer) error {
		line := []byte{'['}
		for i := range world.Len() {
			if i > 0 {
				line = append(line, ',')
			}
			line = world.AppendJSON(line, i)
			if _, err := w.Write(line); err != nil {
				return err
			}
			line = line[:0]
		}
		_, err := w.Write(append(line, ']'))
		return err
	}
}

// send sends a response, as far as the fault allows.
func (a *response) send(w http.ResponseWriter, whole body) {
	fault := a.rule.Fault
	switch fault {
	case Truncated, CutChunk, ShortLength, CutJSON, Stall, Garbage:
		a.sendPart(w, whole, fault)
	case Drip:
		f := &flow{w: w, piece: max(1, size(whole)/16), pause: func() { a.sleep(a.rule.Wait) }}
		if whole(f) == nil {
			f.flush() //nolint:errcheck // the caller has gone away
		}
	default:
		buffered := bufio.NewWriterSize(w, 64<<10)
		if whole(buffered) == nil && fault == Trailing {
			io.WriteString(buffered, `{"more":true}`) //nolint:errcheck // the caller has gone away
		}
		buffered.Flush() //nolint:errcheck // the caller has gone away
	}
}

func (a *response) sendPart(w http.ResponseWriter, whole body, fault Fault) {
	all := size(whole)
	after := a.rule.After
	if after <= 0 || after > all {
		after = all / 2
	}
	switch fault {
	case Truncated, Stall:
		w.Header().Set("Content-Length", strconv.Itoa(all))
	case ShortLength:
		w.Header().Set("Content-Length", strconv.Itoa(after))
	}
	whole(&first{w, after}) //nolint:errcheck // it is to end early
	switch fault {
	case Garbage:
		io.WriteString(w, "\x00\x01]]") //nolint:errcheck // the caller has gone away
		return
	case ShortLength, CutJSON:
		return
	}
	http.NewResponseController(w).Flush() //nolint:errcheck // the caller has gone away
	if fault == Stall {
		a.hang()
	}
	panic(http.ErrAbortHandler)
}

func (a *response) sleep(d time.Duration) {
	ctx, cancel := context.WithTimeout(a.request.Context(), d)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-a.server.closed:
	}
}

func size(whole body) int {
	var n counter
	whole(&n) //nolint:errcheck // counting does not fail
	return int(n)
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// first passes on the first bytes and then fails.
type first struct {
	w    io.Writer
	left int
}

func (f *first) Write(p []byte) (int, error) {
	n, err := f.w.Write(p[:min(len(p), f.left)])
	if f.left -= n; err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

// flow sends pieces with a pause after each.
type flow struct {
	w     http.ResponseWriter
	piece int
	held  []byte
	pause func()
}

func (f *flow) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), f.piece-len(f.held))
		f.held, rest = append(f.held, rest[:n]...), rest[n:]
		if len(f.held) < f.piece {
			break
		}
		if err := f.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func (f *flow) flush() error {
	_, err := f.w.Write(f.held)
	f.held = f.held[:0]
	http.NewResponseController(f.w).Flush() //nolint:errcheck // the next write says so too
	f.pause()
	return err
}
