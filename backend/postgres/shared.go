package postgres

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"fs-client-portal/backend/portal"
)

// fieldsFor returns the members of a customer's JSON that a viewer may see, without those that the shown paths lead to:
// users of the MSSP and of the client's MSP see all, users of the client those that the MSSP's admins have shared. The
// rest may hold the reseller's notes.
func fieldsFor(scope portal.Scope, raw []byte, sharedPaths, shownPaths []string) ([]portal.Field, error) {
	part, ok := json.RawMessage(raw), true
	var err error
	if scope.Level == portal.LevelClient {
		part, ok, err = sharedPart([]*pathTree{newPathTree(sharedPaths)}, part)
	}
	if err == nil && ok {
		part, ok, err = unshownPart([]*pathTree{newPathTree(shownPaths)}, part)
	}
	if err != nil || !ok {
		return []portal.Field{}, err
	}
	return rawFields(part)
}

// pathTree is a tree of the shared paths. Names are compared without case and separators, as in the field map.
type pathTree struct {
	whole    bool
	children map[string]*pathTree
}

// The steps of a path that are not names.
const (
	anyMember = "*"
	elements  = "[]"
)

func newPathTree(paths []string) *pathTree {
	top := &pathTree{}
	for _, path := range paths {
		at := top
		for _, step := range stepsOf(path) {
			at = at.child(step)
		}
		at.whole = at != top
	}
	return top
}

// nameStep returns the step to a member; its dot distinguishes it from the other steps.
func nameStep(name string) string { return "." + plainName(name) }

// stepsOf splits a path such as modules[].name. A backslash escapes a dot, a bracket, a backslash, or a whole * that is
// part of a name.
func stepsOf(path string) []string {
	var steps []string
	name, plain := "", true
	end := func() {
		switch {
		case name == anyMember && plain:
			steps = append(steps, anyMember)
		case name != "":
			steps = append(steps, nameStep(name))
		}
		name, plain = "", true
	}
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			name, plain = name+path[i:i+1], false
		case path[i] == '.':
			end()
		case strings.HasPrefix(path[i:], elements):
			end()
			steps = append(steps, elements)
			i++
		default:
			name += path[i : i+1]
		}
	}
	end()
	return steps
}

func (t *pathTree) child(step string) *pathTree {
	if t.children == nil {
		t.children = map[string]*pathTree{}
	}
	if t.children[step] == nil {
		t.children[step] = &pathTree{}
	}
	return t.children[step]
}

func plainName(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

// childrenOf returns the nodes in the tree that one of the steps leads to.
func childrenOf(nodes []*pathTree, steps ...string) (found []*pathTree) {
	for _, node := range nodes {
		for _, step := range steps {
			if child := node.children[step]; child != nil {
				found = append(found, child)
			}
		}
	}
	return found
}

// sharedPart returns the shared part of a value, in the value's order; false if nothing is shared.
func sharedPart(nodes []*pathTree, value json.RawMessage) (json.RawMessage, bool, error) {
	for _, node := range nodes {
		if node.whole {
			return value, true, nil
		}
	}
	value = bytes.TrimSpace(value)
	if len(nodes) == 0 || len(value) == 0 || value[0] != '{' && value[0] != '[' {
		return nil, false, nil
	}
	part := jsonWriter{open: value[0]}
	err := eachMember(value, func(name string, member json.RawMessage) error {
		kept, ok, err := sharedPart(childrenOf(nodes, part.stepsTo(name)...), member)
		if err != nil || !ok {
			return err
		}
		return part.add(name, kept)
	})
	if err != nil {
		return nil, false, fmt.Errorf("read kept JSON: %w", err)
	}
	return part.json(), part.members > 0, nil
}

// jsonWriter writes an object or a list.
type jsonWriter struct {
	open    byte // '{' or '['
	members int
	text    []byte
}

func (w *jsonWriter) isList() bool { return w.open == '[' }

// stepsTo returns the steps of a path that lead to a member.
func (w *jsonWriter) stepsTo(name string) []string {
	if w.isList() {
		return []string{elements}
	}
	return []string{nameStep(name), anyMember}
}

// add appends a member; a list ignores the name.
func (w *jsonWriter) add(name string, value json.RawMessage) error {
	if w.members > 0 {
		w.text = append(w.text, ',')
	}
	w.members++
	if !w.isList() {
		quoted, err := json.Marshal(name)
		if err != nil {
			return err
		}
		w.text = append(append(w.text, quoted...), ':')
	}
	w.text = append(w.text, value...)
	return nil
}

func (w *jsonWriter) json() json.RawMessage {
	closing := byte('}')
	if w.isList() {
		closing = ']'
	}
	return append(append([]byte{w.open}, w.text...), closing)
}

var errNoValue = errors.New("neither an object nor a list")

// eachMember calls process for each member of an object, or each element of a list, with "" as its name.
func eachMember(value []byte, process func(name string, member json.RawMessage) error) error {
	decoder := json.NewDecoder(bytes.NewReader(value))
	open, err := decoder.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') && open != json.Delim('[') {
		return errNoValue
	}
	for decoder.More() {
		name := ""
		if open == json.Delim('{') {
			token, err := decoder.Token()
			if err != nil {
				return err
			}
			name, _ = token.(string)
		}
		var member json.RawMessage
		if err := decoder.Decode(&member); err != nil {
			return err
		}
		if err := process(name, member); err != nil {
			return err
		}
	}
	return nil
}

// rawFields returns the members of a customer's JSON in the product's order, each as text.
func rawFields(raw []byte) ([]portal.Field, error) {
	fields := []portal.Field{}
	err := eachMember(raw, func(name string, value json.RawMessage) error {
		fields = append(fields, portal.Field{Name: name, Value: plainText(value)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read kept JSON: %w", err)
	}
	return fields, nil
}

// plainText returns a string without its quotes, null as "", and every other value as it is in JSON.
func plainText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
