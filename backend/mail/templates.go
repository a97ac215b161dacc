package mail

import (
	"bytes"
	"embed"
	htmltemplate "html/template"
	texttemplate "text/template"
)

//go:embed *.html *.txt
var templateFiles embed.FS

// templateSet is the two templates of a kind of mail.
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

// write executes both templates.
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

// content is the data that the templates of every mail use.
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
