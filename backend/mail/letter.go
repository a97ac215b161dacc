package mail

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"regexp"
	"slices"
	"strings"
	texttemplate "text/template"
	"unicode"

	"fs-client-portal/backend/portal"
)

//go:embed *.html *.txt
var templates embed.FS

// form is the two templates a kind of mail is written with.
type form struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

var inviteForm, alertForm = newForm("invite"), newForm("alert")

func newForm(name string) form {
	return form{
		text: texttemplate.Must(texttemplate.ParseFS(templates, name+".txt")),
		html: htmltemplate.Must(htmltemplate.ParseFS(templates, name+".html", "frame.html")),
	}
}

// page is what the templates of every mail fill in.
type page struct {
	Lang, Subject, Title, Intro, Within, StepsTitle string
	Steps                                           []step
	Ignore, Automatic                               string
}

type step struct {
	Number int
	Text   string
}

func numbered(texts ...string) []step {
	steps := make([]step, 0, len(texts))
	for i, text := range texts {
		steps = append(steps, step{i + 1, text})
	}
	return steps
}

// invitePage is the mail of an invite.
type invitePage struct {
	page
	CodeLabel, Code, ValidUntil string
}

// CodeStart and CodeEnd are the halves of the code, between which a narrow screen breaks the line.
func (p invitePage) CodeStart() string { return p.Code[:p.half()] }
func (p invitePage) CodeEnd() string   { return p.Code[p.half():] }

func (p invitePage) half() int {
	if dash := strings.IndexByte(p.Code[len(p.Code)/2:], '-'); dash >= 0 {
		return len(p.Code)/2 + dash + 1
	}
	return len(p.Code)
}

var providerNames = map[portal.ProviderID]string{portal.Google: "Google", portal.Entra: "Microsoft"}

// newPage writes a letter in its language. Names are other people's to choose: they come in one line, short, and
// between marks that keep their direction of writing from the rest of the sentence.
func newPage(l portal.Letter) invitePage {
	w := wordsFor(l.Language)
	inviter, node, mssp := clean(l.Inviter), clean(l.Node), clean(l.MSSP)
	button := fmt.Sprintf(w.signInWith, providerNames[l.Provider])
	p := invitePage{
		page: page{
			Lang: w.tag, Subject: fmt.Sprintf(w.subject, node), Title: fmt.Sprintf(w.title, isolated(node)),
			Intro: fmt.Sprintf(w.invited, isolated(node)), StepsTitle: w.stepsTitle,
			Steps:  numbered(w.open, fmt.Sprintf(w.signIn, button, l.Email), w.enter),
			Ignore: w.ignore, Automatic: w.automatic,
		},
		CodeLabel: w.code, Code: l.Code, ValidUntil: fmt.Sprintf(w.validUntil, w.date(l.ExpiresAt.UTC())),
	}
	if inviter != "" {
		p.Intro = fmt.Sprintf(w.invitedBy, isolated(inviter), isolated(node))
	}
	if mssp != node {
		p.Within = fmt.Sprintf(w.within, isolated(mssp))
	}
	return p
}

const maxName = 80

// clean is a name as a mail may hold it: in one line, short, and nothing that a mail program makes a link of.
func clean(name string) string { return short(unlinked(oneLine(name))) }

// short cuts a line to a name's length.
func short(name string) string {
	if runes := []rune(name); len(runes) > maxName {
		name = strings.TrimSpace(string(runes[:maxName-1])) + "\u2026"
	}
	return name
}

// domainDot is a dot between what a mail program takes for the parts of a host's name.
var domainDot = regexp.MustCompile("([\\p{L}\\p{N}-])[.\u3002\uff0e\uff61](\\p{L}{2,})")

// unlinked takes out addresses, and the dots of what looks like the name of a host.
func unlinked(line string) string {
	words := slices.DeleteFunc(strings.Fields(line), func(word string) bool {
		return strings.Contains(word, "://") || strings.HasPrefix(strings.ToLower(word), "mailto:")
	})
	line = strings.Join(words, " ")
	for domainDot.MatchString(line) {
		line = domainDot.ReplaceAllString(line, "$1 $2")
	}
	return line
}

// oneLine takes out line breaks, marks that turn the text around, and invisible ones.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}

// isolated keeps a name that is written from right to left from reordering what stands around it.
func isolated(name string) string {
	for _, r := range name {
		if unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return "\u2068" + name + "\u2069"
		}
	}
	return name
}

// write fills both templates of a form in.
func (f form) write(p any) (text, html string, err error) {
	var t, h bytes.Buffer
	if err := f.text.Execute(&t, p); err != nil {
		return "", "", err
	}
	if err := f.html.Execute(&h, p); err != nil {
		return "", "", err
	}
	return t.String(), h.String(), nil
}
