package heimdal

import (
	"slices"

	"fs-client-portal/backend/portal"
)

// node is one path.
type pathNode struct {
	path   string // as in the field map
	plain  string // without case and separators
	name   string // the path's last name, quoted
	index  int    // among the kids of up
	depth  int
	parent *pathNode

	member memberName // what a member here means
	// listed is what a member of an element of a list of licences means.
	inList       memberName
	shared       bool // for names that have no node of their own
	namesProduct bool // an element's product is under this name
	mapped       bool // by an admin
	field        portal.CustomerField
	// prefix is set where an admin's decision is at a path that begins with this one.
	prefix bool

	children    []*pathNode
	childByName map[string]*pathNode
	cursor      int
	element     *pathNode
	wildcard    *pathNode

	customers         int64
	types             [kindCount]int64
	example           string
	secret            bool // its values may be secrets
	unreadable        int64
	unreadableExample string

	countedSerial int64
	seenSerial    [kindCount]int64
}

// wordOf is what a name means inside the objects at n.
func (n *pathNode) attributeOf(name string) memberName {
	switch {
	case n.parent == nil:
		return attributeOf(name)
	case n.depth <= maxLicenceDepth && n.inLicenceObjects():
		return attributeInLicence(licenceObjectNames[n.member.plain], name)
	}
	return memberName{plain: plainName(name)}
}

// own reports whether n is one path, rather than all that have no node of their own.
func (n *pathNode) isOwn() bool { return !n.shared }

// inward reports whether the objects at n count as the customer's own: they are licence objects, and not in others that
// are not, nor in lists.
func (n *pathNode) inLicenceObjects() bool {
	for ; n.parent != nil; n = n.parent {
		if licenceObjectNames[n.member.plain] == "" {
			return false
		}
	}
	return true
}

// ofList is what a member of the elements of a list of licences means.
func (n *pathNode) attributeInList(quoted []byte) memberName {
	switch {
	case n.mapped:
		return memberName{}
	case n.isOwn() && n.inList.plain != "":
		return n.inList
	}
	name, _ := unquote(quoted)
	n.inList = attributeInLicence("licenses", name)
	return n.inList
}

// fills takes note that a field was looked for at n.
func (n *pathNode) markFilled(means attribute) {
	if n != nil && !n.mapped && !n.shared {
		n.field = fieldOf[means]
	}
}

// namesDecided reports whether an admin decided what the names in the elements of a list at n are.
func (n *pathNode) hasMappedNames() bool {
	if n == nil || n.element == nil {
		return false
	}
	return n.element.mapped || slices.ContainsFunc(n.element.children, func(kid *pathNode) bool { return kid.namesProduct && kid.mapped })
}

// fillsProducts takes note that the value at n was read as products.
func (n *pathNode) markProducts(value []byte) {
	switch {
	case n == nil:
	case value[0] != '[' || n.element == nil:
		n.markFilled(attrProducts)
	default:
		n.element.markFilled(attrProducts)
		for _, kid := range n.element.children {
			if kid.namesProduct {
				kid.markFilled(attrProducts)
			}
		}
	}
}

// walk reads what is nested in the value at n.
func (o *object) walk(n *pathNode, value []byte, many bool) {
	switch {
	case value[0] == '{' && n.depth < maxPathDepth:
		o.walkObject(n, value, many)
	case value[0] == '[' && n.depth < maxPathDepth:
		element := o.paths.elementNode(n)
		eachElement(value, func(v []byte) {
			if v[0] != '{' {
				o.paths.observe(element, v)
			}
			o.addNested(element, v, true, 0)
			o.walk(element, v, true)
		})
	}
}

func (o *object) walkObject(n *pathNode, value []byte, many bool) {
	o.objects++
	in := o.objects
	n.cursor = 0
	_ = eachMember(value, func(name, v []byte) error {
		kid := o.paths.child(n, name)
		o.paths.observe(kid, v)
		o.addNested(kid, v, many || kid == n.wildcard, in)
		o.walk(kid, v, many || kid == n.wildcard)
		return nil
	})
}

// note keeps a nested member that means something.
func (o *object) addNested(n *pathNode, value []byte, many bool, in int) {
	m := member{memberName: n.member, value: value, node: n, repeated: many, object: in}
	switch {
	case len(o.members)+len(o.mapped) >= 2*maxMembers:
	case n.mapped:
		o.mapped = append(o.mapped, m)
	case !many && (n.member.attr != attrNone || n.member.flag != noFlag || n.parent != o.paths.top && value[0] == '['):
		o.members = append(o.members, m)
	}
}
