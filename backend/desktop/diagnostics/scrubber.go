package diagnostics

import (
	_ "embed"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// Removed and Address are what a Scrubber writes in place of what it removes.
const (
	Removed = "[…]"
	Address = "[address]"
)

//go:embed words.txt
var wordList string

// vocabulary has the words that are kept, in lower case.
var vocabulary = newVocabulary()

// systemErrors is more than the number of errors that any system has a text for and this program may log.
const systemErrors = 134

func newVocabulary() map[string]bool {
	known := map[string]bool{}
	for word := range strings.FieldsSeq(wordList) {
		known[word] = true
	}
	for code := range systemErrors {
		for word := range strings.FieldsFuncSeq(syscall.Errno(code).Error(), func(c rune) bool { return !unicode.IsLetter(c) }) {
			known[strings.ToLower(word)] = true
		}
	}
	return known
}

// Scrubber removes from texts what could be a name, an address or a secret.
type Scrubber struct {
	// known are in lower case.
	known []string
	home  string
	kept  map[string]bool
}

// NewScrubber returns a Scrubber that writes the user's home folder as ~, removes the known names and secrets wherever
// they are, and keeps some further words, as the version of the app.
func NewScrubber(home string, known, kept []string) *Scrubber {
	s := &Scrubber{home: home, kept: map[string]bool{}}
	for _, name := range known {
		for word := range strings.FieldsSeq(strings.ToLower(name)) {
			if len(word) > 2 {
				s.known = append(s.known, word)
			}
		}
	}
	for _, word := range kept {
		s.kept[word] = true
	}
	return s
}

// Text returns a text without what could be personal or secret, as one line.
func (s *Scrubber) Text(text string) string {
	if s.home != "" && s.home != "/" {
		text = strings.ReplaceAll(text, s.home, "~")
	}
	var clean []string
	for token := range strings.FieldsSeq(text) {
		clean = append(clean, s.token(token))
	}
	return strings.Join(clean, " ")
}

// punctuation may precede and follow a word.
const punctuation = "\"'`“”‘’()[]{}<>,;:.!?…·"

// token scrubs what has no blank in it.
func (s *Scrubber) token(token string) string {
	if s.kept[token] {
		return token
	}
	if whole := strings.TrimRight(token, ",;.!?"); isAddress(whole) && !isLoopback(whole) {
		return Address + token[len(whole):]
	}
	core := strings.Trim(token, punctuation)
	begin := strings.Index(token, core)
	lead, tail := token[:begin], token[begin+len(core):]
	return lead + s.core(core) + tail
}

func (s *Scrubber) core(core string) string {
	switch {
	case core == "", s.kept[core], core == Removed, core == Address:
		return core
	case isLoopback(core):
		return core
	case isAddress(core), strings.Contains(core, "://"):
		return Address
	case isTime(core):
		return core
	case strings.Count(core, ":") > 1:
		return Removed
	case s.isKnown(core), numbersIn(core) > 2:
		return Removed
	}
	return s.parts(core)
}

func (s *Scrubber) isKnown(core string) bool {
	core = strings.ToLower(core)
	return slices.ContainsFunc(s.known, func(name string) bool { return strings.Contains(core, name) })
}

// numbersIn returns how many parts are numbers: with three, they may be an address or the number of a telephone.
func numbersIn(core string) (count int) {
	for part := range strings.FieldsFuncSeq(core, func(c rune) bool { return strings.ContainsRune(separators, c) }) {
		if shortNumber.MatchString(part) {
			count++
		}
	}
	return count
}

// separators divide a path, a code or a pair of words.
const separators = `/\_-=:|+`

func (s *Scrubber) parts(core string) string {
	var clean strings.Builder
	single := !strings.ContainsAny(core, separators)
	for core != "" {
		end := strings.IndexAny(core, separators)
		if end < 0 {
			end = len(core)
		}
		clean.WriteString(s.part(core[:end], single))
		if core = core[end:]; core != "" {
			clean.WriteString(core[:1])
			core = core[1:]
		}
	}
	return removedRun.ReplaceAllLiteralString(clean.String(), Removed)
}

var (
	// removedRun is several parts that were removed, as those of a UUID.
	removedRun = regexp.MustCompile(`\[…\]([/\\_\-=:|+]\[…\])+`)
	// number is one of a count, a status, a time or a version; in a path or code it is shorter.
	number      = regexp.MustCompile(`^(\d{1,5}|\d{1,4}(\.\d{1,4}){1,2})(%|s|ms)?$`)
	shortNumber = regexp.MustCompile(`^\d{1,3}$`)
)

func (s *Scrubber) part(part string, single bool) string {
	word := strings.TrimSuffix(strings.ToLower(strings.Trim(part, punctuation+"~*")), "'s")
	switch {
	case word == "", s.kept[part], vocabulary[word]:
		return part
	case single && number.MatchString(word), shortNumber.MatchString(word):
		return part
	}
	return Removed
}

// isAddress reports whether text is an IP address, perhaps with a port or the length of a network.
func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	if err != nil {
		_, err = netip.ParseAddrPort(text)
	}
	if err != nil {
		_, err = netip.ParsePrefix(text)
	}
	return err == nil
}

func isLoopback(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && address.IsLoopback() && address.Zone() == ""
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}
