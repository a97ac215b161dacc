package mail

import (
	"strings"
	"testing"
)

func TestNamesInAMail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ name, want string }{
		"lose links":                     {"Ada https://evil.example/login Lind", "Ada Lind"},
		"lose links of any scheme":       {"Ada HTTP://evil.example mailto:x@evil.example", "Ada"},
		"lose the dots of hosts":         {"go to www.evil.example/a now", "go to www evil example/a now"},
		"lose the dots of bare hosts":    {"evil.example", "evil example"},
		"lose dots that look alike":      {"evil\u3002example evil\uff0eexample evil\uff61example", "evil example evil example evil example"},
		"lose control characters":        {"Ada\r\nBcc: x\x00\x1b[31m\u0085", "Ada Bcc: x[31m"},
		"lose marks that turn text":      {"Ada \u202eelpmaxe\u202c \u2066x\u2069\u200f\u061c", "Ada elpmaxe x"},
		"keep initials and what follows": {"J.R. Smith Ltd. 3.5 St. Anna", "J.R. Smith Ltd. 3.5 St. Anna"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := clean(c.name); got != c.want {
				t.Errorf("%q: got %q, want %q", c.name, got, c.want)
			}
			l := letter("en")
			l.Inviter, l.Node, l.MSSP = c.name, c.name, c.name
			text, page := written(t, l)
			for _, bad := range []string{"://", "evil.example", "\u202e", "\x1b"} {
				if strings.Contains(text+shown(t, page), bad) {
					t.Errorf("the mail contains %q:\n%s", bad, text)
				}
			}
		})
	}
}

func TestOrganisationFirst(t *testing.T) {
	t.Parallel()
	for language := range inviteTranslations {
		text, page := written(t, letter(language))
		for form, body := range map[string]string{"text": text, "HTML": shown(t, page)} {
			organisation, inviter := strings.Index(body, "Harbour IT"), strings.Index(body, "Ada Lind")
			if intro := strings.Index(
				newInviteContent(letter(language)).Intro,
				"Harbour IT",
			); organisation < 0 || inviter < organisation ||
				intro != 0 {
				t.Errorf("%s in %s names the organisation at %d and the inviter at %d", form, language, organisation, inviter)
			}
		}
	}
}
