package mail

import (
	"bytes"
	"embed"
	htmltemplate "html/template"
	texttemplate "text/template"
)

//go:embed *.html *.txt
var templateFiles embed.FS

// form is the two templates a kind of mail is written with.
type templateSet struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

var inviteTemplates, alertTemplates = newTemplateSet("invite"), newTemplateSet("alert")

func newTemplateSet(name string) templateSet {
	return templateSet{
		text: texttemplate.Must(texttemplate.ParseFS(templateFiles, name+".txt")),
		html: htmltemplate.Must(htmltemplate.ParseFS(templateFiles, name+".html", "frame.html")),
	}
}

// write fills both templates of a form in.
func (s templateSet) write(p any) (text, html string, err error) {
	var t, h bytes.Buffer
	if err := s.text.Execute(&t, p); err != nil {
		return "", "", err
	}
	if err := s.html.Execute(&h, p); err != nil {
		return "", "", err
	}
	return t.String(), h.String(), nil
}

// page is what the templates of every mail fill in.
type content struct {
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
