package heimdalstand

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// order is that of the fields in an answer: what the real API puts first comes first, the rest by name.
var order = []string{"id", "name", "type", "resellerId", "products", "seatsUsed", "seatsTotal", "expirationDate", "createdDate"}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, fault Fault, customers []Customer) {
	switch fault {
	case Garbage:
		write(w, "application/json", []byte(`[{"id":1042,"name":"Harbour Den`+"\x00\x01"+`]]}`))
	case Truncated:
		cutOff(w, encode(customers))
	case HTML:
		write(w, "text/html; charset=utf-8", []byte("<!doctype html><title>Sign in</title><h1>Please sign in</h1>"))
	case Message200:
		writeMessage(w, "An error has occurred.")
	case Status500:
		http.Error(w, `{"message":"An error has occurred."}`, http.StatusInternalServerError)
	case Slow:
		select {
		case <-r.Context().Done():
		case <-s.closed:
		}
	default:
		write(w, "application/json; charset=utf-8", encode(customers))
	}
}

func write(w http.ResponseWriter, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Write(body) //nolint:errcheck // the caller has gone away
}

func writeMessage(w http.ResponseWriter, message string) {
	body, _ := json.Marshal(map[string]string{"message": message}) // a string always marshals
	write(w, "application/json; charset=utf-8", body)
}

// cutOff promises the whole body, sends half of it and breaks the connection.
func cutOff(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body[:len(body)/2]) //nolint:errcheck // it is to break anyway
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// encode writes the array with every object's fields in the API's order, which a Go map would lose.
func encode(customers []Customer) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, c := range customers {
		if i > 0 {
			b.WriteByte(',')
		}
		encodeCustomer(&b, c)
	}
	b.WriteByte(']')
	return b.Bytes()
}

func encodeCustomer(b *bytes.Buffer, c Customer) {
	names := slices.SortedFunc(maps.Keys(c), func(x, y string) int { return rank(x, y) })
	b.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(name) + ":")
		value, err := json.Marshal(c[name])
		if err != nil {
			panic("a customer's " + name + " cannot be JSON: " + err.Error())
		}
		b.Write(value)
	}
	b.WriteByte('}')
}

func rank(x, y string) int {
	at := func(name string) int {
		if i := slices.Index(order, name); i >= 0 {
			return i
		}
		return len(order)
	}
	if d := at(x) - at(y); d != 0 {
		return d
	}
	if x < y {
		return -1
	}
	return 1
}
