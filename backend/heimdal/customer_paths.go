package heimdal

import (
	"slices"
	"strings"
)

const (
	// mostPaths is how many paths are counted separately; the others are counted together under restPath.
	maxPaths = 500
	// deepestPath is how many names a path can have.
	maxPathDepth = 6
	// mostNames is how many names the objects at one path below the customer can have before they count as data.
	maxNames = 64

	restPath = "…"
	// anyName is the name in a path of names that are data, such as ids.
	wildcardName = "*"
)

// kind is a type of a JSON value.
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

// paths are the paths of the customers in one answer, and which of them an admin mapped to a field.
type paths struct {
	top     *pathNode
	rest    *pathNode
	nodes   int
	mapping mapping
	secret  string
	// serial is the customer being read; what was seen of it so far counts once count is called.
	serial     int64
	seen       []sighting
	unreadable []*pathNode
}

// sighting is one type seen at one path in the customer being read.
type sighting struct {
	node *pathNode
	kind valueKind
}

func newPaths(d mapping, secret string) *paths {
	return &paths{top: &pathNode{}, rest: &pathNode{path: restPath, secret: true, shared: true}, mapping: d, secret: secret}
}

// begin begins another customer.
func (p *paths) startCustomer() {
	p.serial++
	p.seen, p.unreadable = p.seen[:0], p.unreadable[:0]
}

// count counts the customer that was read last.
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

// see takes note of a value.
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

// notRead takes note that a member's value is not what its field needs, where the field is a number, a date, or a yes or no.
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

// kid returns the node of a member of the objects at n.
func (p *paths) child(n *pathNode, quoted []byte) *pathNode {
	if n.cursor < len(n.children) && string(quoted) == n.children[n.cursor].name {
		n.cursor++
		return n.children[n.cursor-1]
	}
	if kid, ok := n.childByName[string(quoted)]; ok {
		n.cursor = kid.index + 1
		return kid
	}
	return p.newChild(n, quoted)
}

func (p *paths) newChild(n *pathNode, quoted []byte) *pathNode {
	if n == p.rest {
		return n
	}
	name, _ := unquote(quoted)
	kid := p.newNode(n, plainName(pathName(name)), 1)
	kid.member = n.attributeOf(name)
	kid.namesProduct = attributeOf(name).attr == attrName || slices.Contains(productNames, plainName(name))
	p.mapping.applyTo(kid)
	wanted := kid.mapped || kid.prefix || kid.member.attr != attrNone || licenceObjectNames[kid.member.plain] != "" && (n == p.top || n.inLicenceObjects())
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
	kid.name, kid.index = string(quoted), len(n.children)
	if n.childByName == nil {
		n.childByName = map[string]*pathNode{}
	}
	n.childByName[kid.name] = kid
	n.children = append(n.children, kid)
	n.cursor = len(n.children)
	kid.secret = kid.secret || isSecretName(name)
	return p.addNode(n, redact(pathName(name), p.secret), kid)
}

// newNode makes a node below n with a plain name, "[]" for the elements of lists, that is so many names further down.
func (p *paths) newNode(n *pathNode, plain string, names int) *pathNode {
	if n != p.top && plain != "[]" {
		plain = "." + plain
	}
	return &pathNode{plain: n.plain + plain, depth: n.depth + names, parent: n, secret: n.secret}
}

// keep names a new node and counts it.
func (p *paths) addNode(n *pathNode, name string, kid *pathNode) *pathNode {
	kid.path = n.path + name
	if n != p.top && name != "[]" {
		kid.path = n.path + "." + name
	}
	p.nodes++
	return kid
}

// elements returns the node of the elements of the lists at n.
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

// pathSigns are what parts the names of a path.
var pathEscapes = strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`)

// pathName returns name as it is written in a path, where "a.b" is the member b of the member a.
func pathName(name string) string {
	if name == wildcardName {
		return `\` + wildcardName
	}
	return pathEscapes.Replace(name)
}

// hasBlank reports whether a name has a blank in it, as a company's has. Below the customer it counts as data then.
func hasSpace(name string) bool { return strings.ContainsAny(strings.TrimSpace(name), " \t\u00a0") }

// isData reports whether a name in an object is data, such as an id or an address, and no name.
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
