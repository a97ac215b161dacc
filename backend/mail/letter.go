package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"unicode"

	"fs-client-portal/backend/portal"
)

//go:embed invite.html
var inviteHTML string

//go:embed invite.txt
var inviteText string

var (
	htmlPage = htmltemplate.Must(htmltemplate.New("invite.html").Parse(inviteHTML))
	textPage = texttemplate.Must(texttemplate.New("invite.txt").Parse(inviteText))
)

// page is what both templates fill in.
type page struct {
	Lang, Subject, Title, Intro, Within, StepsTitle string
	Steps                                           []step
	CodeLabel, Code, ValidUntil, Ignore, Automatic  string
}

type step struct {
	Number int
	Text   string
}

// CodeStart and CodeEnd are the halves of the code, between which a narrow screen breaks the line.
func (p page) CodeStart() string { return p.Code[:p.half()] }
func (p page) CodeEnd() string   { return p.Code[p.half():] }

func (p page) half() int {
	if dash := strings.IndexByte(p.Code[len(p.Code)/2:], '-'); dash >= 0 {
		return len(p.Code)/2 + dash + 1
	}
	return len(p.Code)
}

var providerNames = map[portal.ProviderID]string{portal.Google: "Google", portal.Entra: "Microsoft"}

// newPage writes a letter in its language. Names are other people's to choose: they come in one line, short, and
// between marks that keep their direction of writing from the rest of the sentence.
func newPage(l portal.Letter) page {
	w := wordsFor(l.Language)
	inviter, node, mssp := clean(l.Inviter), clean(l.Node), clean(l.MSSP)
	p := page{
		Lang: w.tag, Subject: fmt.Sprintf(w.subject, node), Title: fmt.Sprintf(w.title, isolated(node)),
		Intro: fmt.Sprintf(w.invited, isolated(node)), StepsTitle: w.stepsTitle,
		CodeLabel: w.code, Code: l.Code, ValidUntil: fmt.Sprintf(w.validUntil, w.date(l.ExpiresAt.UTC())),
		Ignore: w.ignore, Automatic: w.automatic,
	}
	if inviter != "" {
		p.Intro = fmt.Sprintf(w.invitedBy, isolated(inviter), isolated(node))
	}
	if mssp != node {
		p.Within = fmt.Sprintf(w.within, isolated(mssp))
	}
	button := fmt.Sprintf(w.signInWith, providerNames[l.Provider])
	for i, text := range []string{w.open, fmt.Sprintf(w.signIn, button, l.Email), w.enter} {
		p.Steps = append(p.Steps, step{i + 1, text})
	}
	return p
}

const maxName = 80

// clean makes one line of a name: no line breaks, no marks that turn the text around, no invisible ones.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Join(strings.Fields(name), " ")
	if runes := []rune(name); len(runes) > maxName {
		name = strings.TrimSpace(string(runes[:maxName-1])) + "\u2026"
	}
	return name
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

func (p page) render() (text, html string, err error) {
	var t, h bytes.Buffer
	if err := textPage.Execute(&t, p); err != nil {
		return "", "", err
	}
	if err := htmlPage.Execute(&h, p); err != nil {
		return "", "", err
	}
	return t.String(), h.String(), nil
}
