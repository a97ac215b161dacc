package mail

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"fs-client-portal/backend/portal"
)

func letter(language string) portal.InviteMail {
	return portal.InviteMail{
		InviteID: "0198c5a4-0000-7000-8000-000000000000", Email: "kim@harbour.example", Language: language,
		Inviter: "Ada Lind", Node: "Harbour IT", MSSP: "Fjord Security", Provider: portal.Entra,
		ExpiresAt: time.Date(2026, 12, 1, 14, 5, 0, 0, time.UTC), Code: "A1B2C-D3E4F-G5H6J-K7M8N-P9QRS-TV0WX",
	}
}

func written(t *testing.T, l portal.InviteMail) (text, page string) {
	t.Helper()
	text, page, err := inviteTemplates.write(newInviteContent(l))
	if err != nil {
		t.Fatal(err)
	}
	return text, page
}

// shown returns the text that a reader of the HTML sees.
func shown(t *testing.T, page string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			text.WriteString(n.Data)
		case n.Data == "style" || n.Data == "title":
			return
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	walk(root)
	return strings.Join(strings.Fields(text.String()), " ")
}

func TestInvite(t *testing.T) {
	t.Parallel()
	t.Run("is_complete_in_every_language", testInviteIsCompleteInEveryLanguage)
	t.Run("uses_the_nearest_language", testInviteUsesTheNearestLanguage)
	t.Run("writes_every_date_in_every_language", testInviteWritesEveryDateInEveryLanguage)
	t.Run("has_no_links_and_no_remote_content", testInviteHasNoLinksAndNoRemoteContent)
	t.Run("leaves_out_what_is_not_known", testInviteLeavesOutWhatIsNotKnown)
	t.Run("escapes_names", testInviteEscapesNames)
}

func testInviteIsCompleteInEveryLanguage(t *testing.T) {
	t.Parallel()
	for language, date := range map[string]string{
		"en": "Tuesday, 1 December 2026 at 14:05 UTC", "de": "Dienstag, 1. Dezember 2026, 14:05 Uhr (UTC)",
		"da": "tirsdag den 1. december 2026 kl. 14.05 (UTC)", "fr": "mardi 1er décembre 2026 à 14 h 05 (UTC)",
	} {
		text, page := written(t, letter(language))
		for form, body := range map[string]string{"text": strings.Join(strings.Fields(text), " "), "HTML": shown(t, page)} {
			for _, want := range []string{letter("").Code, "Ada Lind", "Harbour IT", "Fjord Security", "Microsoft", "kim@harbour.example", date} {
				if !strings.Contains(body, strings.Join(strings.Fields(want), " ")) {
					t.Errorf("%s in %s lacks %q:\n%s", form, language, want, body)
				}
			}
			if strings.Contains(body, "%!") || strings.Contains(body, "<no value>") {
				t.Errorf("%s in %s is not filled in: %s", form, language, body)
			}
		}
	}
}

func testInviteUsesTheNearestLanguage(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"": "en", "de": "de", "de-AT": "de", "gsw": "de", "fr-CA": "fr", "da-DK": "da", "en-GB": "en", "ja": "en", "zz-not": "en", "\r\n": "en",
	} {
		if got := translationFor(asked).tag; got != want {
			t.Errorf("for %q: got %s, want %s", asked, got, want)
		}
	}
	for _, tag := range portal.MailLanguages {
		if inviteTranslations[tag].tag != tag {
			t.Errorf("there is no translation to %s", tag)
		}
	}
	if len(inviteTranslations) != len(portal.MailLanguages) {
		t.Error("a translation is never used")
	}
}

func testInviteWritesEveryDateInEveryLanguage(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, w := range inviteTranslations {
		for day := range 366 {
			date := w.date(time.Date(2028, 1, 1+day, 9, 0, 0, 0, time.UTC))
			if seen[w.tag+date] || strings.Contains(date, "%!") {
				t.Fatalf("%s: %s", w.tag, date)
			}
			seen[w.tag+date] = true
		}
	}
}

func testInviteHasNoLinksAndNoRemoteContent(t *testing.T) {
	t.Parallel()
	_, page := written(t, letter("en"))
	for _, never := range []string{"http:", "https:", "src=", "href=", "url(", "@import", "<script", "<img", "<link", "<form"} {
		if strings.Contains(strings.ToLower(page), never) {
			t.Errorf("the mail contains %q", never)
		}
	}
}

func testInviteLeavesOutWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	l := letter("en")
	l.Inviter, l.Node = "", l.MSSP
	text, _ := written(t, l)
	if !strings.Contains(text, "Fjord Security invites you") || strings.Contains(text, "provided by") {
		t.Errorf("got the text %s", text)
	}
}

var hostileNames = []string{
	"Eve\r\nBcc: victim@example.com",
	"Eve\nSubject: x",
	`"Eve" <eve@example.com>`,
	"<script>alert(1)</script>",
	"<b>Eve",
	"a\u202egnp.exe",
	"\u2066x\u200b\u0000",
	strings.Repeat(
		"long ",
		100,
	),
	strings.Repeat("ж", 500),
	"شركة الأمن",
	"\xff\xfe",
	"{{.Code}}",
	"%s%d%!",
	"=?utf-8?q?x?=",
	"'><td style=\"",
	"\u2028line",
}

func testInviteEscapesNames(t *testing.T) {
	t.Parallel()
	for _, name := range hostileNames {
		l := letter("en")
		l.Inviter, l.Node, l.MSSP = name, name, name+" Ltd"
		text, page := written(t, l)
		for _, never := range []string{"<script", "<b>", "\u202e", "\u2066", "\u200b", "\u2028", "\x00"} {
			if strings.Contains(page, never) {
				t.Errorf("%q puts %q into the HTML", name, never)
			}
		}
		if strings.Contains(text, "\nBcc:") || strings.Contains(text, "\nSubject:") || strings.Contains(text, "\u202e") {
			t.Errorf("%q starts a new line: %s", name, text)
		}
		if strings.Count(text, l.Code) != 1 {
			t.Errorf("%q repeats the code", name)
		}
		if runes := []rune(clean(name)); len(runes) > 80 {
			t.Errorf("%q has %d characters", name, len(runes))
		}
	}
	if name := isolated("شركة"); name != "\u2068شركة\u2069" {
		t.Errorf("got %q for a right-to-left name", name)
	}
}
