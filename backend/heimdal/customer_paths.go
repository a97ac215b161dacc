package heimdal

import (
	"slices"
	"strings"
)

const (
	// maxPaths is how many paths are counted separately; the others are counted together under restPath.
	maxPaths = 500
	// maxPathDepth is how many names a path can have.
	maxPathDepth = 6
	// maxNames is how many names the objects at one path below the customer can have before they count as data.
	maxNames = 64

	restPath = "…"
	// wildcardName replaces names in a path that are data, such as ids.
	wildcardName = "*"
)

// valueKind is the type of a JSON value.
type valueKind int

const (
	kindText valueKind = iota
	kindNumber
	kindBool
	kindObject
	kindList
	kindNull
	kindCount
)

var kindNames = [kindCount]string{"text", "number", "yes_no", "object", "list", "null"}

func kindOfValue(value []byte) valueKind {
	switch value[0] {
	case '"':
		return kindText
	case '{':
		return kindObject
	case '[':
		return kindList
	case 't', 'f':
		return kindBool
	case 'n':
		return kindNull
	}
	return kindNumber
}

// paths are the paths of the customers in one response, with an admin's mapping.
type paths struct {
	top     *pathNode
	rest    *pathNode
	nodes   int
	mapping mapping
	secret  string
	// serial numbers the customer that is being read; countCustomer counts what was seen of it.
	serial     int64
	seen       []sighting
	unreadable []*pathNode
}

// sighting is one type at one path in the customer that is being read.
type sighting struct {
	node *pathNode
	kind valueKind
}

func newPaths(d mapping, secret string) *paths {
	return &paths{top: &pathNode{}, rest: &pathNode{path: restPath, secret: true, shared: true}, mapping: d, secret: secret}
}

// startCustomer begins another customer.
func (p *paths) startCustomer() {
	p.serial++
	p.seen, p.unreadable = p.seen[:0], p.unreadable[:0]
}

// countCustomer counts the customer that was read last.
func (p *paths) countCustomer() {
	for _, s := range p.seen {
		if s.node.countedSerial != p.serial {
			s.node.countedSerial = p.serial
			s.node.customers++
		}
		s.node.types[s.kind]++
	}
	for _, n := range p.unreadable {
		n.unreadable++
	}
	p.seen, p.unreadable = p.seen[:0], p.unreadable[:0]
}

// observe records the value at a path.
func (p *paths) observe(n *pathNode, value []byte) {
	k := kindOfValue(value)
	if n.seenSerial[k] == p.serial {
		return
	}
	n.seenSerial[k] = p.serial
	p.seen = append(p.seen, sighting{n, k})
	if n.example == "" && !n.secret && k != kindObject && k != kindList && k != kindNull {
		n.example, n.secret = example(value, p.secret)
	}
}

// observeUnreadable records a value that should be a number, a date or a yes or no, and is not.
func (p *paths) observeUnreadable(m member) {
	text, says := readText(m.value)
	switch m.attr {
	case attrSeatsUsed, attrSeatsTotal, attrSPLA:
	case attrExpiry:
		// An implausible date means that there is none.
		_, isDate := parseValue(m.value)
		says = says && !isDate
	default:
		return
	}
	if !says {
		return
	}
	p.unreadable = append(p.unreadable, m.node)
	if m.node.unreadableExample == "" && !m.node.secret && !looksSecret(text) {
		m.node.unreadableExample = cut(redact(text, p.secret), maxExample)
	}
}

// child returns the node of a member of the objects at n.
func (p *paths) child(n *pathNode, quoted []byte) *pathNode {
	if n.cursor < len(n.children) && string(quoted) == n.children[n.cursor].name {
		n.cursor++
		return n.children[n.cursor-1]
	}
	if child, ok := n.childByName[string(quoted)]; ok {
		n.cursor = child.index + 1
		return child
	}
	return p.newChild(n, quoted)
}

func (p *paths) newChild(n *pathNode, quoted []byte) *pathNode {
	if n == p.rest {
		return n
	}
	name, _ := unquote(quoted)
	child := p.newNode(n, plainName(pathName(name)), 1)
	child.member = n.attributeOf(name)
	child.namesProduct = attributeOf(name).attr == attrName || slices.Contains(productNames, plainName(name))
	p.mapping.applyTo(child)
	isLicence := licenceObjectNames[child.member.plain] != "" && (n == p.top || n.inLicenceObjects())
	wanted := child.mapped || child.prefix || child.member.attr != attrNone || isLicence
	switch {
	case !wanted && (isData(name) || n != p.top && (hasSpace(name) || len(n.children) >= maxNames || p.mapping.coversAnyName(n))):
		if n.wildcard == nil {
			n.wildcard = p.addNode(n, wildcardName, p.newNode(n, wildcardName, 1))
			n.wildcard.shared = true
			p.mapping.applyTo(n.wildcard)
		}
		return n.wildcard
	case !wanted && p.nodes >= maxPaths:
		return p.rest
	}
	child.name, child.index = string(quoted), len(n.children)
	if n.childByName == nil {
		n.childByName = map[string]*pathNode{}
	}
	n.childByName[child.name] = child
	n.children = append(n.children, child)
	n.cursor = len(n.children)
	child.secret = child.secret || isSecretName(name)
	return p.addNode(n, redact(pathName(name), p.secret), child)
}

// newNode returns a node below n with a plain name, "[]" for the elements of lists. names is how much deeper it is.
func (p *paths) newNode(n *pathNode, plain string, names int) *pathNode {
	if n != p.top && plain != "[]" {
		plain = "." + plain
	}
	return &pathNode{plain: n.plain + plain, depth: n.depth + names, parent: n, secret: n.secret}
}

// addNode sets the path of a new node and counts it.
func (p *paths) addNode(n *pathNode, name string, child *pathNode) *pathNode {
	child.path = n.path + name
	if n != p.top && name != "[]" {
		child.path = n.path + "." + name
	}
	p.nodes++
	return child
}

// elementNode returns the node of the elements of the lists at n.
func (p *paths) elementNode(n *pathNode) *pathNode {
	if n == p.rest {
		return n
	}
	if n.element == nil {
		if p.nodes >= maxPaths && !n.prefix {
			return p.rest
		}
		names := 0
		if n.parent != nil && n.parent.element == n {
			names = 1
		}
		n.element = p.addNode(n, "[]", p.newNode(n, "[]", names))
		p.mapping.applyTo(n.element)
	}
	return n.element
}

// pathEscapes escapes the characters that separate the names of a path.
var pathEscapes = strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`)

// pathName returns a name as it is written in a path, where "a.b" is the member b of the member a.
func pathName(name string) string {
	if name == wildcardName {
		return `\` + wildcardName
	}
	return pathEscapes.Replace(name)
}

// hasSpace reports whether a name contains a space, as a company's name does. Below the customer, such a name counts
// as data.
func hasSpace(name string) bool { return strings.ContainsAny(strings.TrimSpace(name), " \t\u00a0") }

// isData reports whether a name in an object is data, such as an id or an address.
func isData(name string) bool {
	digits, other := 0, 0
	for _, r := range name {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '@':
			return true
		default:
			other++
		}
	}
	return digits > 4 || digits > 0 && other == 0 || len(name) > 60
}
