package heimdal

import "slices"

// wordOf is what a name means inside the objects at n.
func (n *node) wordOf(name string) word {
	switch {
	case n.up == nil:
		return meaningOf(name)
	case n.depth <= inwards && n.inward():
		return inside(inward[n.word.plain], name)
	}
	return word{plain: plainName(name)}
}

// own reports whether n is one path, rather than all that have no node of their own.
func (n *node) own() bool { return !n.shared }

// inward reports whether the objects at n count as the customer's own: they are licence objects, and not in others that
// are not, nor in lists.
func (n *node) inward() bool {
	for ; n.up != nil; n = n.up {
		if inward[n.word.plain] == "" {
			return false
		}
	}
	return true
}

// ofList is what a member of the elements of a list of licences means.
func (n *node) ofList(quoted []byte) word {
	switch {
	case n.decided:
		return word{}
	case n.own() && n.listed.plain != "":
		return n.listed
	}
	name, _ := unquote(quoted)
	n.listed = inside("licenses", name)
	return n.listed
}

// fills takes note that a field was looked for at n.
func (n *node) fills(means meaning) {
	if n != nil && !n.decided && !n.shared {
		n.field = fieldOf[means]
	}
}

// namesDecided reports whether an admin decided what the names in the elements of a list at n are.
func (n *node) namesDecided() bool {
	if n == nil || n.element == nil {
		return false
	}
	return n.element.decided || slices.ContainsFunc(n.element.kids, func(kid *node) bool { return kid.naming && kid.decided })
}

// fillsProducts takes note that the value at n was read as products.
func (n *node) fillsProducts(value []byte) {
	switch {
	case n == nil:
	case value[0] != '[' || n.element == nil:
		n.fills(meansProducts)
	default:
		n.element.fills(meansProducts)
		for _, kid := range n.element.kids {
			if kid.naming {
				kid.fills(meansProducts)
			}
		}
	}
}

// walk reads what is nested in the value at n.
func (o *object) walk(n *node, value []byte, many bool) {
	switch {
	case value[0] == '{' && n.depth < deepestPath:
		o.walkObject(n, value, many)
	case value[0] == '[' && n.depth < deepestPath:
		element := o.paths.elements(n)
		eachElement(value, func(v []byte) {
			if v[0] != '{' {
				o.paths.see(element, v)
			}
			o.note(element, v, true, 0)
			o.walk(element, v, true)
		})
	}
}

func (o *object) walkObject(n *node, value []byte, many bool) {
	o.nested++
	in := o.nested
	n.cursor = 0
	_ = eachMember(value, func(name, v []byte) error {
		kid := o.paths.kid(n, name)
		o.paths.see(kid, v)
		o.note(kid, v, many || kid == n.any, in)
		o.walk(kid, v, many || kid == n.any)
		return nil
	})
}

// note keeps a nested member that means something.
func (o *object) note(n *node, value []byte, many bool, in int) {
	m := member{word: n.word, value: value, node: n, many: many, in: in}
	switch {
	case len(o.members)+len(o.decided) >= 2*mostMembers:
	case n.decided:
		o.decided = append(o.decided, m)
	case !many && (n.word.means != meansNothing || n.word.sign != noSign || n.up != o.paths.top && value[0] == '['):
		o.members = append(o.members, m)
	}
}
