package heimdal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxListElements is how many elements of a list are written.
	maxListElements = 50
	// maxWords is how many different words of one name are kept: more are not a short enumeration.
	maxWords = 20
	// maxRefusalBody limits what is read of a response that is refused by its status.
	maxRefusalBody = 64 << 10
)

var (
	keyPattern  = regexp.MustCompile(`^[@$#]{0,2}[A-Za-z][A-Za-z0-9_.$@-]*$`)
	wordPattern = regexp.MustCompile(`^\pL[\pL _.&/()-]{0,39}$`)
	dayPattern  = regexp.MustCompile(`^[0-9][0-9 ./:,TZ+-]{5,34}$`)

	errShapeDeep = errors.New("nested too deep")
)

// shaper writes the shape of JSON: the names of members, the lengths of lists, and the type and length of each value.
type shaper struct {
	in    *json.Decoder
	out   *bufio.Writer
	words map[string]map[string]bool // the words that were kept, by the name of the member
}

// value writes the shape of the next value, in a member called name of an object in a member called outer. It writes
// "broken off" for what cannot be read.
func (s *shaper) value(outer, name string, depth int) error {
	token, err := s.in.Token()
	if depth > maxDepth {
		err = errShapeDeep
	}
	if err != nil {
		s.put(`"broken off"`)
		return err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return s.object(outer, name, depth)
		}
		return s.list(outer, name, depth)
	case string:
		s.write(s.text(outer, name, t))
	case json.Number:
		s.number(outer, name, t.String())
	case bool:
		s.write(t)
	default:
		s.put("null")
	}
	return nil
}

func (s *shaper) object(outer, name string, depth int) error {
	if name == "" {
		name = outer
	}
	s.put("{")
	n := 0
	for ; s.in.More(); n++ {
		token, err := s.in.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			break
		}
		s.comma(n)
		s.write(s.key(key, n+1))
		s.put(":")
		if err := s.value(name, key, depth+1); err != nil {
			s.put("}")
			return err
		}
	}
	_, err := s.in.Token()
	if err != nil {
		s.comma(n)
		s.put(`"broken off":true`)
	}
	s.put("}")
	return err
}

func (s *shaper) list(outer, name string, depth int) error {
	s.put("[")
	n := 0
	for ; s.in.More(); n++ {
		if n >= maxListElements {
			if s.skip() != nil {
				break
			}
			continue
		}
		s.comma(n)
		if err := s.value(outer, name, depth+1); err != nil {
			s.put("]")
			return err
		}
	}
	if n > maxListElements {
		s.comma(n)
		s.write(fmt.Sprintf("… %d more", n-maxListElements))
	}
	_, err := s.in.Token()
	if err != nil {
		s.comma(n)
		s.put(`"broken off"`)
	}
	s.put("]")
	return err
}

// comma separates the n-th member or element from the one before.
func (s *shaper) comma(n int) {
	if n > 0 {
		s.put(",")
	}
}

// skip reads the next value.
func (s *shaper) skip() error {
	for depth := 0; ; {
		token, err := s.in.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// put writes JSON as it is.
func (s *shaper) put(text string) { _, _ = s.out.WriteString(text) }

// write writes a value as JSON.
func (s *shaper) write(value any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(value)
	_, _ = s.out.Write(bytes.TrimSpace(b.Bytes()))
}

// key returns the n-th name in an object, or a replacement where it may be data.
func (s *shaper) key(name string, n int) string {
	plain := plainName(name)
	if attributeNames[plain].plain != "" || licenceMembers[plain] != attrNone ||
		keyPattern.MatchString(name) && !isData(name) && !looksSecret(name) && n <= maxNames {
		return name
	}
	return fmt.Sprintf("key(%d) %d", utf8.RuneCountInString(name), n)
}

// text returns a text's type and length, and a date's form. Empty texts and words of an enumeration are kept.
func (s *shaper) text(outer, name, text string) string {
	n := utf8.RuneCountInString(text)
	quoted, _ := json.Marshal(text)
	_, isDay := readDate(quoted)
	switch {
	case text != "" && emptyTexts[strings.ToLower(text)] || s.isEnumeration(outer, name) && s.keepsWord(name, text):
		return text
	case digitsPattern.MatchString(text):
		return fmt.Sprintf("digits(%d)", n)
	case isDay:
		return fmt.Sprintf("date(%d) %s", n, textForm(text))
	case dayPattern.MatchString(text):
		return fmt.Sprintf("text(%d) %s", n, textForm(text))
	}
	return fmt.Sprintf("text(%d)", n)
}

// number writes a number's length: the digits before the point and after it. A yes or no is kept.
func (s *shaper) number(outer, name, text string) {
	if s.isEnumeration(outer, name) && (text == "0" || text == "1") {
		s.put(text)
		return
	}
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	complete, fraction, _ := strings.Cut(text, ".")
	length := strconv.Itoa(len(complete))
	if fraction != "" {
		length += "." + strconv.Itoa(len(fraction))
	}
	s.write("number(" + sign + length + ")")
}

// isEnumeration reports whether the values of a member are a type, a status or SPLA, of a customer or in a licence
// object, or the name of such an object.
func (s *shaper) isEnumeration(outer, name string) bool {
	base := licenceObjectNames[plainName(outer)]
	switch {
	case attributeOf(name).attr == attrName:
		return attributeOf(outer).isEnumeration()
	case base != "":
		return attributeInLicence(base, name).isEnumeration()
	}
	return (outer == "" || isCustomerList(plainName(outer))) && attributeOf(name).isEnumeration()
}

func isCustomerList(plain string) bool {
	return customerLists[plain] || childLists[plain] || envelopeObjects[plain]
}

func (w memberName) isEnumeration() bool {
	return w.attr == attrType || w.attr == attrLicenceType || w.attr == attrSPLA || w.flag != noFlag
}

// keepsWord reports whether a text is a word of a short enumeration, and so no personal data.
func (s *shaper) keepsWord(name, text string) bool {
	if text == "" || text == "0" || text == "1" {
		return true
	}
	if !wordPattern.MatchString(text) || len(strings.Fields(text)) > 4 {
		return false
	}
	words := s.words[name]
	if words == nil {
		words = map[string]bool{}
		s.words[name] = words
	}
	if len(words) < maxWords {
		words[text] = true
	}
	return words[text]
}

// textForm returns a text with 9 for every digit and a for every letter.
func textForm(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '9'
		case r < utf8.RuneSelf && strings.ContainsRune(" ./:,+-()", r):
			return r
		}
		return 'a'
	}, text)
}
