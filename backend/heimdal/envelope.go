package heimdal

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// top reads an object that is an envelope, a message or a single customer.
func (a *answer) top() error {
	c := &part{own: []byte{'{'}, whole: true}
	a.at++
	if err := a.list('}', func() error { return a.topMember(c, 0) }); err != nil {
		return err
	}
	whole := append(c.own[:len(c.own):len(c.own)], '}')
	if !utf8.Valid(whole) {
		return errEncoding
	}
	if !json.Valid(whole) {
		return errSyntax
	}
	if err := a.object.read(whole); err != nil {
		return err
	}
	text, isMessage := a.object.message()
	switch {
	case a.listed && a.handed == 0 && a.unnamed == 0 && isMessage && !content(text):
		return &messageError{text}
	case a.listed:
		return a.envelope(c)
	case !a.wrapped && a.object.isCustomer():
		a.elements++
		return a.hand(c)
	case isMessage:
		return &messageError{text}
	}
	return errShape
}

// topMember is member for an object that may still be an envelope.
func (a *answer) topMember(c *part, depth int) error {
	begin, err := a.name(c)
	if err != nil {
		return err
	}
	b, err := a.next()
	if err != nil {
		return err
	}
	plain := a.plain(c, begin)
	isList := b == '[' && (lists[plain] || within[plain])
	isWrapper := b == '{' && wrappers[plain] && depth < 3
	if b == '{' && within[plain] {
		return a.childObject(c, begin)
	}
	if !isList && !isWrapper {
		c.own, err = a.value(c.own, heaviest)
		return err
	}
	a.at++
	customer := a.looksLikeCustomer(c.own[:begin])
	switch {
	case customer && isWrapper:
		c.own, err = a.nestedValue(append(c.own, '{'), heaviest)
		return err
	case isWrapper:
		c.own, a.wrapped = c.own[:begin], true
		return a.list('}', func() error { return a.topMember(c, depth+1) })
	}
	return a.topList(c, begin, customer && !within[plain], customer)
}

// topList reads a list in the topmost object, whose opening bracket has been passed: plain belongs to the customer the
// object is, as any other value.
func (a *answer) topList(c *part, begin int, plain, customer bool) error {
	b, err := a.next()
	if err != nil {
		return err
	}
	if plain || b != '{' && (b != ']' || customer) {
		c.own, err = a.nestedValue(append(c.own, '['), heaviest)
		return err
	}
	c.own = c.own[:begin]
	if customer {
		return a.children(c)
	}
	if a.listed {
		return errTwoLists
	}
	a.listed = true
	return a.customers(place{})
}

// looksLikeCustomer reports whether an object that begins like this can only be a customer.
func (a *answer) looksLikeCustomer(begin []byte) bool {
	whole := append(begin[:len(begin):len(begin)], '}')
	return json.Valid(whole) && a.object.read(whole) == nil && a.object.isCustomer()
}

func (o *object) isCustomer() bool {
	return o.has(meansID) && (o.has(meansType) || o.has(meansName))
}

// envelope reads what stands around a list: what it says of itself, or the customer that was asked for.
func (a *answer) envelope(c *part) error {
	if a.object.isCustomer() {
		if a.wrapped || !sameID(a.object.id(), a.asked) {
			return errShape
		}
		return a.hand(c)
	}
	if c.held != nil {
		return errTwoLists
	}
	a.clues = cluesIn(append(c.own, '}'))
	return nil
}

// message answers why there are no customers, if that is what the object says.
func (o *object) message() (string, bool) {
	for _, name := range []string{"message", "errormessage", "exceptionmessage", "error", "errors", "errordescription", "detail", "title"} {
		for _, m := range o.members {
			if m.plain == name {
				if text, ok := messageIn(m.value, 0); ok {
					return text, true
				}
			}
		}
	}
	return "", false
}

// content reports whether a message says that all is well, so that no customers are no refusal.
func content(message string) bool {
	lower := strings.ToLower(message)
	return lower == "ok" || strings.HasPrefix(lower, "success")
}

// messageIn reads a text, or the one in an object or a list of them.
func messageIn(value []byte, depth int) (string, bool) {
	if text, ok := readText(value); ok && value[0] == '"' {
		return brief(text), true
	}
	if depth > 2 {
		return "", false
	}
	text := ""
	switch value[0] {
	case '{':
		_ = eachMember(value, func(name, inner []byte) error {
			if found, ok := messageIn(inner, depth+1); ok && (text == "" || strings.Contains(strings.ToLower(string(name)), "message")) {
				text = found
			}
			return nil
		})
	case '[':
		s := overWhole(value[1:])
		_ = s.list(']', func() error {
			element, err := s.pass()
			if found, ok := messageIn(element, depth+1); err == nil && ok && text == "" {
				text = found
			}
			return err
		})
	}
	return text, text != ""
}
