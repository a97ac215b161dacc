package heimdal

import (
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

const (
	// mostPaths is how many paths are counted separately; the others are counted together under restPath.
	mostPaths = 500
	// deepestPath is how many names a path can have.
	deepestPath = 6
	// mostNames is how many names the objects at one path below the customer can have before they count as data.
	mostNames = 64

	restPath = "…"
	// anyName is the name in a path of names that are data, such as ids.
	anyName = "*"
)

// kind is a type of a JSON value.
type kind int

const (
	aText kind = iota
	aNumber
	aYesNo
	anObject
	aList
	aNull
	kinds
)

var kindNames = [kinds]string{"text", "number", "yes_no", "object", "list", "null"}

func kindOfValue(value []byte) kind {
	switch value[0] {
	case '"':
		return aText
	case '{':
		return anObject
	case '[':
		return aList
	case 't', 'f':
		return aYesNo
	case 'n':
		return aNull
	}
	return aNumber
}

// paths are the paths of the customers in one answer, and which of them an admin mapped to a field.
type paths struct {
	top     *node
	rest    *node
	nodes   int
	decided decisions
	secret  string
	// serial is the customer being read; what was seen of it so far counts once count is called.
	serial int64
	seen   []sighting
	unread []*node
}

// node is one path.
type node struct {
	path  string // as in the field map
	plain string // without case and separators
	name  string // the path's last name, quoted
	at    int    // among the kids of up
	depth int
	up    *node

	word word // what a member here means
	// listed is what a member of an element of a list of licences means.
	listed  word
	shared  bool // for names that have no node of their own
	naming  bool // an element's product is under this name
	decided bool // by an admin
	field   portal.CustomerField
	// prefix is set where an admin's decision is at a path that begins with this one.
	prefix bool

	kids    []*node
	named   map[string]*node
	cursor  int
	element *node
	any     *node

	customers  int64
	types      [kinds]int64
	example    string
	hidden     bool // its values may be secrets
	unreadable int64
	unreadText string

	counted int64
	marked  [kinds]int64
}

// sighting is one type seen at one path in the customer being read.
type sighting struct {
	node *node
	kind kind
}

func newPaths(d decisions, secret string) *paths {
	return &paths{top: &node{}, rest: &node{path: restPath, hidden: true, shared: true}, decided: d, secret: secret}
}

// begin begins another customer.
func (p *paths) begin() {
	p.serial++
	p.seen, p.unread = p.seen[:0], p.unread[:0]
}

// count counts the customer that was read last.
func (p *paths) count() {
	for _, s := range p.seen {
		if s.node.counted != p.serial {
			s.node.counted = p.serial
			s.node.customers++
		}
		s.node.types[s.kind]++
	}
	for _, n := range p.unread {
		n.unreadable++
	}
	p.seen, p.unread = p.seen[:0], p.unread[:0]
}

// see takes note of a value.
func (p *paths) see(n *node, value []byte) {
	k := kindOfValue(value)
	if n.marked[k] == p.serial {
		return
	}
	n.marked[k] = p.serial
	p.seen = append(p.seen, sighting{n, k})
	if n.example == "" && !n.hidden && k != anObject && k != aList && k != aNull {
		n.example, n.hidden = example(value, p.secret)
	}
}

// notRead takes note that a member's value is not what its field needs, where the field is a number, a date, or a yes or no.
func (p *paths) notRead(m member) {
	text, says := readText(m.value)
	switch m.means {
	case meansSeatsUsed, meansSeatsTotal, meansSPLA:
	case meansExpiry:
		// An implausible date means that there is none.
		_, isDate := parseValue(m.value)
		says = says && !isDate
	default:
		return
	}
	if !says {
		return
	}
	p.unread = append(p.unread, m.node)
	if m.node.unreadText == "" && !m.node.hidden && !looksSecret(text) {
		m.node.unreadText = cut(redact(text, p.secret), longestExample)
	}
}

// kid returns the node of a member of the objects at n.
func (p *paths) kid(n *node, quoted []byte) *node {
	if n.cursor < len(n.kids) && string(quoted) == n.kids[n.cursor].name {
		n.cursor++
		return n.kids[n.cursor-1]
	}
	if kid, ok := n.named[string(quoted)]; ok {
		n.cursor = kid.at + 1
		return kid
	}
	return p.newKid(n, quoted)
}

func (p *paths) newKid(n *node, quoted []byte) *node {
	if n == p.rest {
		return n
	}
	name, _ := unquote(quoted)
	kid := p.newNode(n, plainName(pathName(name)), 1)
	kid.word = n.wordOf(name)
	kid.naming = meaningOf(name).means == meansName || slices.Contains(licensed, plainName(name))
	p.decided.apply(kid)
	wanted := kid.decided || kid.prefix || kid.word.means != meansNothing || inward[kid.word.plain] != "" && (n == p.top || n.inward())
	switch {
	case !wanted && (isData(name) || n != p.top && (hasBlank(name) || len(n.kids) >= mostNames || p.decided.any(n))):
		if n.any == nil {
			n.any = p.keep(n, anyName, p.newNode(n, anyName, 1))
			n.any.shared = true
			p.decided.apply(n.any)
		}
		return n.any
	case !wanted && p.nodes >= mostPaths:
		return p.rest
	}
	kid.name, kid.at = string(quoted), len(n.kids)
	if n.named == nil {
		n.named = map[string]*node{}
	}
	n.named[kid.name] = kid
	n.kids = append(n.kids, kid)
	n.cursor = len(n.kids)
	kid.hidden = kid.hidden || namesSecret(name)
	return p.keep(n, redact(pathName(name), p.secret), kid)
}

// newNode makes a node below n with a plain name, "[]" for the elements of lists, that is so many names further down.
func (p *paths) newNode(n *node, plain string, names int) *node {
	if n != p.top && plain != "[]" {
		plain = "." + plain
	}
	return &node{plain: n.plain + plain, depth: n.depth + names, up: n, hidden: n.hidden}
}

// keep names a new node and counts it.
func (p *paths) keep(n *node, name string, kid *node) *node {
	kid.path = n.path + name
	if n != p.top && name != "[]" {
		kid.path = n.path + "." + name
	}
	p.nodes++
	return kid
}

// elements returns the node of the elements of the lists at n.
func (p *paths) elements(n *node) *node {
	if n == p.rest {
		return n
	}
	if n.element == nil {
		if p.nodes >= mostPaths && !n.prefix {
			return p.rest
		}
		names := 0
		if n.up != nil && n.up.element == n {
			names = 1
		}
		n.element = p.keep(n, "[]", p.newNode(n, "[]", names))
		p.decided.apply(n.element)
	}
	return n.element
}

// pathSigns are what parts the names of a path.
var pathSigns = strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`)

// pathName returns name as it is written in a path, where "a.b" is the member b of the member a.
func pathName(name string) string {
	if name == anyName {
		return `\` + anyName
	}
	return pathSigns.Replace(name)
}

// hasBlank reports whether a name has a blank in it, as a company's has. Below the customer it counts as data then.
func hasBlank(name string) bool { return strings.ContainsAny(strings.TrimSpace(name), " \t\u00a0") }

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
