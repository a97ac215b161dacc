package heimdal

import (
	"strings"
	"unicode"
)

const (
	// longestNumber and mostNumbers bound the numbers that are quoted.
	longestNumber = 4
	mostNumbers   = 2
	// punctuation is quoted, one character at a time.
	punctuation = ".,:;!?()'/-"
)

// quoted makes what an answer says in a sentence fit to be shown. No list of encodings is complete, so it is made of words
// of the table alone, of two numbers of up to four digits, and of punctuation; everything else is left out. Pieces of the
// key are left out even where they are such words.
func quoted(text, key string) string {
	var q quotation
	for _, token := range tokensOf(redact(text, key)) {
		q.add(token)
	}
	return brief(q.String())
}

// quotation is a quotation in the making.
type quotation struct {
	strings.Builder
	numbers int
	last    string
}

func (q *quotation) add(token string) {
	shown := q.shown(token)
	repeats := shown == q.last && (shown == " " || strings.Contains(punctuation, shown))
	if shown == "…" && strings.TrimRight(q.String(), " ") != "" && strings.HasSuffix(strings.TrimRight(q.String(), " "), "…") {
		return // what is left out in a row is left out once
	}
	if repeats {
		return
	}
	q.WriteString(shown)
	q.last = shown
}

func (q *quotation) shown(token string) string {
	if word, known := words[strings.ToLower(token)]; known {
		if first := []rune(token)[0]; unicode.IsUpper(first) {
			return strings.ToUpper(word[:1]) + word[1:]
		}
		return word
	}
	switch {
	case strings.TrimSpace(token) == "":
		return " "
	case len(token) == 1 && strings.Contains(punctuation, token):
		return token
	case strings.Trim(token, "0123456789") == "" && len(token) <= longestNumber && q.numbers < mostNumbers:
		q.numbers++
		return token
	}
	return "…"
}

// tokensOf splits a text into single spaces and punctuation marks, and what stands between them.
func tokensOf(text string) []string {
	var tokens []string
	begin := 0
	for at, r := range text {
		if r != ' ' && !strings.ContainsRune(punctuation, r) {
			continue
		}
		if begin < at {
			tokens = append(tokens, text[begin:at])
		}
		tokens = append(tokens, string(r))
		begin = at + 1
	}
	if begin < len(text) {
		tokens = append(tokens, text[begin:])
	}
	return tokens
}

// words are those of what APIs say of a request, as they are shown.
var words = tableOf(`
	a able about above access account accounts active admin administrator after again all allowed already also an and another any
	API app application applications are as ask at attempt attempts authenticate authenticated authentication authorization
	authorize authorized available
	back bad be bearer because been before being below blocked body busy but by
	call called calls can cancelled cannot cause certificate change changed check client clients closed code come company
	complete completed connection contact content correct could couldn created current currently customer customers
	data database date day days dead deactivated default deleted denied did didn disabled do does doesn don down due during
	each either empty enabled endpoint enough entitled error errors exceeded exceeds exception exist exists expired expires
	failed failure fields fine first for forbidden format found from full
	gateway get given granted
	had has hasn have header heimdal here host hour hours how however HTTP HTTPS
	I ID ids if in inactive incomplete incorrect information inside instead internal into invalid IP is isn issue it its
	JSON just
	key keys kindly known
	last later least less licence license licensed limit limited limits list load locked login long longer
	maintenance many match matches may maximum me method minute minutes missing moment more most MSP must my
	name need needed needs network never new next no none not nothing now number
	object occurred of off offline old on once one only open operation or order other our out over own
	page pages parameter parameters parent part partial partially password path payment pending per period permission permissions
	permitted plan please policy portal possible problem process processed product provide provided provider
	query quota
	range rate reached read recognised recognized record records refused refresh rejected remaining reason remove removed renew
	replaced reply request requested requests require required requires reseller resellers resource response restricted result
	results retry returned revoked right role
	s same scope second seconds secret security see seem seems sent server service session set should shown sign signature since
	so some something sorry source still stopped such suffix support supported suspended system
	t temporarily temporary tenant tenants terminated than thank thanks that the their them then there these they this those
	throttled throttling till time timed timeout to today token tokens tomorrow too total try turned type
	unable unauthorised unauthorized unavailable under unexpected unknown unsupported until up update updated upgrade URL usage
	use used user users using
	valid value values version via view
	wait was wasn way we week well went were what when where which while who why will with within without won wrong
	yet you your`)

func tableOf(list string) map[string]string {
	table := map[string]string{}
	for _, word := range strings.Fields(list) {
		table[strings.ToLower(word)] = word
	}
	return table
}
