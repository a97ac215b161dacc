package heimdal

import (
	"slices"

	"fs-client-portal/backend/portal"
)

// pathNode is one path of the customers' JSON.
type pathNode struct {
	path   string // as in the field map
	plain  string // without case and separators
	name   string // the path's last name, quoted
	index  int    // among the children of parent
	depth  int
	parent *pathNode

	member memberName // the attribute of a member at this path
	// inList is the attribute of a member in an element of a list of licences.
	inList       memberName
	shared       bool // of all names that have no node of their own
	namesProduct bool // an element's product is under this name
	mapped       bool // by an admin
	field        portal.CustomerField
	// prefix is set where an admin mapped a path that begins with this one.
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

// attributeOf looks up a name in the objects at n.
func (n *pathNode) attributeOf(name string) memberName {
	switch {
	case n.parent == nil:
		return attributeOf(name)
	case n.depth <= maxLicenceDepth && n.inLicenceObjects():
		return attributeInLicence(licenceObjectNames[n.member.plain], name)
	}
	return memberName{plain: plainName(name)}
}

// isOwn reports whether n is one path, rather than all names without a node of their own.
func (n *pathNode) isOwn() bool { return !n.shared }

// inLicenceObjects reports whether the objects at n are licence objects, and all objects around them too.
func (n *pathNode) inLicenceObjects() bool {
	for ; n.parent != nil; n = n.parent {
		if licenceObjectNames[n.member.plain] == "" {
			return false
		}
	}
	return true
}

// attributeInList looks up the name of a member in the elements of a list of licences.
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

// markFilled records that n fills an attribute.
func (n *pathNode) markFilled(attr attribute) {
	if n != nil && !n.mapped && !n.shared {
		n.field = fieldOf[attr]
	}
}

// hasMappedNames reports whether an admin mapped the names in the elements of a list at n.
func (n *pathNode) hasMappedNames() bool {
	if n == nil || n.element == nil {
		return false
	}
	isMappedName := func(child *pathNode) bool { return child.namesProduct && child.mapped }
	return n.element.mapped || slices.ContainsFunc(n.element.children, isMappedName)
}

// markProducts records that the value at n was read as products.
func (n *pathNode) markProducts(value []byte) {
	switch {
	case n == nil:
	case value[0] != '[' || n.element == nil:
		n.markFilled(attrProducts)
	default:
		n.element.markFilled(attrProducts)
		for _, child := range n.element.children {
			if child.namesProduct {
				child.markFilled(attrProducts)
			}
		}
	}
}

// walk reads the members nested in the value at n.
func (o *object) walk(n *pathNode, value []byte, repeated bool) {
	switch {
	case value[0] == '{' && n.depth < maxPathDepth:
		o.walkObject(n, value, repeated)
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

func (o *object) walkObject(n *pathNode, value []byte, repeated bool) {
	o.objects++
	inObject := o.objects
	n.cursor = 0
	_ = eachMember(value, func(name, v []byte) error {
		child := o.paths.child(n, name)
		o.paths.observe(child, v)
		o.addNested(child, v, repeated || child == n.wildcard, inObject)
		o.walk(child, v, repeated || child == n.wildcard)
		return nil
	})
}

// addNested keeps a nested member that has an attribute.
func (o *object) addNested(n *pathNode, value []byte, repeated bool, inObject int) {
	m := member{memberName: n.member, value: value, node: n, repeated: repeated, object: inObject}
	switch {
	case len(o.members)+len(o.mapped) >= 2*maxMembers:
	case n.mapped:
		o.mapped = append(o.mapped, m)
	case !repeated && (n.member.attr != attrNone || n.member.flag != noFlag || n.parent != o.paths.top && value[0] == '['):
		o.members = append(o.members, m)
	}
}
