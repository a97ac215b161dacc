package heimdal

import (
	"slices"
	"strings"

	"fs-client-portal/backend/portal"
)

const (
	// mostPaths is how many paths are told apart; the others are counted together under restPath.
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
		// A date out of all reason means that there is none.
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
	kid := p.newNode(n, plainName(name), 1)
	kid.word = n.wordOf(name)
	kid.naming = meaningOf(name).means == meansName || slices.Contains(licensed, plainName(name))
	p.decided.apply(kid)
	wanted := kid.decided || kid.prefix || kid.word.means != meansNothing || inward[kid.word.plain] != "" && (n == p.top || n.inward())
	switch {
	case !wanted && (isData(name) || n != p.top && len(n.kids) >= mostNames):
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
	return p.keep(n, redact(name, p.secret), kid)
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
	return n != nil && n.element != nil && (n.element.decided || slices.ContainsFunc(n.element.kids, func(kid *node) bool { return kid.naming && kid.decided }))
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

// stats are the paths that were counted, each before those in it.
func (p *paths) stats() []portal.PathStats {
	if p == nil {
		return nil
	}
	var all []portal.PathStats
	p.top.each(func(n *node) { all = append(all, n.stats()) })
	if p.rest.customers > 0 {
		all = append(all, p.rest.stats())
	}
	return slices.DeleteFunc(all, func(s portal.PathStats) bool { return s.Customers == 0 })
}

// each passes over the nodes below n.
func (n *node) each(do func(*node)) {
	for _, kid := range append(append(slices.Clip(n.kids), n.element), n.any) {
		if kid != nil {
			do(kid)
			kid.each(do)
		}
	}
}

func (n *node) stats() portal.PathStats {
	s := portal.PathStats{
		FieldPath: portal.FieldPath{
			Path: n.path, Customers: n.customers, Example: n.example, Source: "none", Unreadable: n.unreadable, UnreadableExample: n.unreadText,
		},
		TypeCounts: map[string]int64{},
	}
	for k, times := range n.types {
		if times > 0 {
			s.TypeCounts[kindNames[k]] = times
		}
	}
	s.Types = typesOf(s.TypeCounts)
	if n.field != "" {
		field := n.field
		s.Field, s.Source = &field, "automatic"
	}
	if n.decided {
		s.Source = "admin"
	}
	return s
}

// typesOf are the types that were counted, the most frequent first.
func typesOf(counts map[string]int64) []string {
	types := make([]string, 0, len(counts))
	for _, name := range kindNames {
		if counts[name] > 0 {
			types = append(types, name)
		}
	}
	slices.SortStableFunc(types, func(a, b string) int { return int(min(1, max(-1, counts[b]-counts[a]))) })
	return types
}

// mergePaths adds up what several answers had at the same paths.
func mergePaths(before, then []portal.PathStats) []portal.PathStats {
	at := map[string]int{}
	for i, s := range before {
		at[s.Path] = i
	}
	for _, s := range then {
		i, ok := at[s.Path]
		if !ok {
			at[s.Path] = len(before)
			before = append(before, s)
			continue
		}
		before[i] = addStats(before[i], s)
	}
	return atMost(before, mostPaths)
}

func addStats(a, b portal.PathStats) portal.PathStats {
	counts := map[string]int64{}
	for _, s := range []portal.PathStats{a, b} {
		for name, times := range s.TypeCounts {
			counts[name] += times
		}
	}
	a.TypeCounts, a.Types = counts, typesOf(counts)
	a.Customers += b.Customers
	a.Unreadable += b.Unreadable
	if a.Example == "" {
		a.Example = b.Example
	}
	if a.UnreadableExample == "" {
		a.UnreadableExample = b.UnreadableExample
	}
	if b.Source != "none" {
		a.Field, a.Source = b.Field, b.Source
	}
	return a
}

// atMost sums up the last paths that fill nothing under restPath, where there are more than most.
func atMost(all []portal.PathStats, most int) []portal.PathStats {
	if len(all) <= most {
		return all
	}
	rest := portal.PathStats{FieldPath: portal.FieldPath{Path: restPath, Source: "none"}, TypeCounts: map[string]int64{}}
	kept := slices.DeleteFunc(slices.Clone(all), func(s portal.PathStats) bool { return s.Path == restPath })
	sum := func(s portal.PathStats) {
		customers := max(rest.Customers, s.Customers)
		rest = addStats(rest, s)
		rest.Customers, rest.Example, rest.UnreadableExample, rest.Source, rest.Field = customers, "", "", "none", nil
	}
	for _, s := range all {
		if s.Path == restPath {
			sum(s)
		}
	}
	for i := len(kept) - 1; i >= 0 && len(kept) >= most; i-- {
		if kept[i].Source == "none" {
			sum(kept[i])
			kept = slices.Delete(kept, i, i+1)
		}
	}
	return append(kept, rest)
}

// longestExample is how many characters of a value are shown.
const longestExample = 80

// example makes a value fit to be shown; hidden is set where it may be a secret.
func example(value []byte, secret string) (shown string, hidden bool) {
	text := string(value)
	if value[0] == '"' {
		text, _ = unquote(value)
	}
	if looksSecret(text) {
		return "", true
	}
	return cut(redact(strings.ReplaceAll(text, "\x00", ""), secret), longestExample), false
}

// secretNames are parts of the names of what may be a secret.
var secretNames = []string{
	"key", "token", "secret", "password", "passwd", "passphrase", "pwd", "credential", "auth", "hash", "salt", "cert", "private", "signature", "session", "cookie", "otp", "pincode", "connectionstring",
}

func namesSecret(name string) bool {
	plain := plainName(name)
	return slices.ContainsFunc(secretNames, func(part string) bool { return strings.Contains(plain, part) })
}

// looksSecret reports whether a text may be a key or a token: it is long, without spaces, and of letters and digits mixed.
// A GUID is an id.
func looksSecret(text string) bool {
	if len(text) < 20 || strings.ContainsAny(text, " @") || guid.MatchString(text) {
		return false
	}
	letters, digits := 0, 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letters++
		}
	}
	_, isDate := parseDate(text)
	return letters > 0 && digits > 2 && (letters+digits)*10 >= len(text)*8 && !isDate
}
