package fakeheimdal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Customer is one customer with the API's field names.
type Customer = map[string]any

// World is the customers of an MSSP in the order of the response. One that generates its JSON on request can have any
// size.
type World interface {
	Len() int
	// AppendJSON appends the i-th customer's object.
	AppendJSON(b []byte, i int) []byte
}

// list is a World in memory.
type list []Customer

func (l list) Len() int                          { return len(l) }
func (l list) AppendJSON(b []byte, i int) []byte { return appendCustomer(b, l[i], Shape{}) }

// order is the order of the fields in a response: first as in the real API, the rest by name.
var order = []string{"id", "name", "type", "resellerId", "products", "licenseType", "splaLicense", "seatsTotal",
	"seatsUsed", "devices", "expirationDate", "createdDate"}

// appendCustomer appends a customer's fields in the API's order under the shape's names.
func appendCustomer(b []byte, c Customer, shape Shape) []byte {
	b = append(b, '{')
	for i, name := range slices.SortedFunc(maps.Keys(c), byRank) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, shape.name(name))
		b = append(b, ':')
		b = appendValue(b, name, c[name], shape)
	}
	return append(b, '}')
}

func appendValue(b []byte, name string, value any, shape Shape) []byte {
	if children, nested := value.([]Customer); nested {
		b = append(b, '[')
		for i, child := range children {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendCustomer(b, child, shape)
		}
		return append(b, ']')
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		panic("a customer's " + name + " cannot be JSON: " + err.Error())
	}
	if shape.NumbersAsText && encoded[0] >= '0' && encoded[0] <= '9' {
		return strconv.AppendQuote(b, string(encoded))
	}
	return append(b, encoded...)
}

func byRank(x, y string) int {
	at := func(name string) int {
		if i := slices.Index(order, name); i >= 0 {
			return i
		}
		return len(order)
	}
	if d := at(x) - at(y); d != 0 {
		return d
	}
	return strings.Compare(x, y)
}

// shaped is a list whose fields have the shape's names.
type shaped struct {
	list
	shape Shape
}

func (s shaped) AppendJSON(b []byte, i int) []byte { return appendCustomer(b, s.list[i], s.shape) }

// part is customers from..to of a World.
type part struct {
	World
	from, to int
}

func (p part) Len() int                          { return p.to - p.from }
func (p part) AppendJSON(b []byte, i int) []byte { return p.World.AppendJSON(b, p.from+i) }

// cut returns customers from..to, as far as they exist.
func cut(w World, from, to int) World {
	from, to = min(max(from, 0), w.Len()), min(max(to, 0), w.Len())
	return part{w, from, max(from, to)}
}

// again is a World whose first customer is repeated at its end, changed.
type again struct {
	World
	change func([]byte) []byte
}

func (a again) Len() int { return a.World.Len() + 1 }

func (a again) AppendJSON(b []byte, i int) []byte {
	if i < a.World.Len() {
		return a.World.AppendJSON(b, i)
	}
	return append(b, a.change(a.World.AppendJSON(nil, 0))...)
}

// each is a World in which every customer is changed.
type each struct {
	World
	change func(i int, object []byte) []byte
}

func (e each) AppendJSON(b []byte, i int) []byte {
	return append(b, e.change(i, e.World.AppendJSON(nil, i))...)
}

// rewrite changes an object's fields; a nil value removes the field.
func rewrite(object []byte, fields Customer) []byte {
	var c Customer
	if err := json.Unmarshal(object, &c); err != nil {
		panic("a customer of the world is " + string(object) + ": " + err.Error())
	}
	for name, value := range fields {
		if c[name] = value; value == nil {
			delete(c, name)
		}
	}
	return appendCustomer(nil, c, Shape{})
}

// withFault returns the world as a fault shows it.
func withFault(w World, fault Fault, shape Shape) World {
	change := func(fields Customer) func([]byte) []byte {
		return func(object []byte) []byte { return rewrite(object, shape.rename(fields)) }
	}
	all := func(fields Customer) World {
		return each{w, func(_ int, object []byte) []byte { return rewrite(object, shape.rename(fields)) }}
	}
	switch {
	case fault == EmptyList:
		return list(nil)
	case w.Len() == 0:
		return w
	case fault == OtherCustomer:
		return strangers(w.Len())
	case fault == DuplicateSame:
		return again{w, change(nil)}
	case fault == DuplicateOther:
		return again{w, change(Customer{"name": "Another of that id"})}
	case fault == HugeName:
		return again{cut(w, 1, w.Len()), func([]byte) []byte {
			return rewrite(w.AppendJSON(nil, 0), shape.rename(Customer{"name": strings.Repeat("x", 3_000_000)}))
		}}
	case fault == Untyped:
		return all(Customer{"type": nil})
	case fault == Unnamed:
		return all(Customer{"id": nil})
	}
	return w
}

// strangers returns customers of another account.
func strangers(n int) World {
	made := make(list, 0, n)
	for i := range n {
		made = append(made, Customer{"id": 9_000_001 + i, "name": fmt.Sprintf("Stranger %d", i+1), "type": "CORP"})
	}
	return made
}
