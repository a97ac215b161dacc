package heimdal

import (
	"strings"
	"unicode"
)

// quoteKnownWords returns a sentence of a response as it may be shown. No list of encodings is complete, so it
// consists only of the words of the table, two numbers of up to four digits, and punctuation; everything else is left
// out. Pieces of the key are left out even if they are such words.
func quoteKnownWords(text, key string) string {
	var q quotation
	for _, token := range tokensOf(redact(text, key)) {
		q.add(token)
	}
	return oneLine(q.String())
}

const (
	// maxNumberLength and maxNumbers limit the numbers that are quoted.
	maxNumberLength = 4
	maxNumbers      = 2
	// punctuation is quoted, one character at a time.
	punctuation = ".,:;!?()'/-"
)

// quotation builds the quoted text.
type quotation struct {
	strings.Builder
	numbers int
	last    string
}

func (q *quotation) add(token string) {
	shown := q.shown(token)
	repeats := shown == q.last && (shown == " " || strings.Contains(punctuation, shown))
	if shown == "…" && strings.TrimRight(q.String(), " ") != "" && strings.HasSuffix(strings.TrimRight(q.String(), " "), "…") {
		return // several omissions in a row are shown as one
	}
	if repeats {
		return
	}
	q.WriteString(shown)
	q.last = shown
}

func (q *quotation) shown(token string) string {
	if word, known := knownWords[strings.ToLower(token)]; known {
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
	case strings.Trim(token, "0123456789") == "" && len(token) <= maxNumberLength && q.numbers < maxNumbers:
		q.numbers++
		return token
	}
	return "…"
}

// tokensOf splits a text into single spaces, punctuation marks, and the words between them.
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
