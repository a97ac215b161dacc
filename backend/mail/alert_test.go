package mail

import (
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/mailserver"
)

func alert(language string, review bool, count int64) portal.SyncAlert {
	return portal.SyncAlert{
		RunID: "0198c5a4-0000-7000-8000-000000000001", Email: "ada@fjord.example", Language: language, MSSP: "Fjord Security",
		Product: "Heimdal", Review: review, Count: count, Since: time.Date(2026, 12, 1, 14, 5, 0, 0, time.UTC),
		Detail: "Heimdal does not accept the API key (status 401).",
	}
}

// kinds are the kinds of alerts.
var kinds = map[string]func(*portal.SyncAlert){
	"failures": func(*portal.SyncAlert) {},
	"a review": func(a *portal.SyncAlert) { a.Review = true },
	"resellers": func(a *portal.SyncAlert) {
		a.Unread, a.Detail = true, "Nordlys: Heimdal does not know this reseller when asked for its customers (status 404)."
	},
}

func alerted(t *testing.T, a portal.SyncAlert) (text, page string) {
	t.Helper()
	text, page, err := alertTemplates.write(newAlertContent(a))
	if err != nil {
		t.Fatal(err)
	}
	return text, page
}

func TestAlert(t *testing.T) {
	t.Parallel()
	t.Run("names_mssp_product_reason_time_and_count", testAlertNamesMsspProductReasonTimeAndCount)
	t.Run("failure_and_review_differ_in_every_language", testAlertFailureAndReviewDifferInEveryLanguage)
	t.Run("has_one_recipient_and_one_ID", testAlertHasOneRecipientAndOneID)
	t.Run("escapes_names_and_reason", testAlertEscapesNamesAndReason)
}

func testAlertNamesMsspProductReasonTimeAndCount(t *testing.T) {
	t.Parallel()
	for _, language := range portal.MailLanguages {
		for kind, of := range kinds {
			for _, count := range []int64{1, 47} {
				a := alert(language, false, count)
				of(&a)
				text, page := alerted(t, a)
				wants := []string{a.MSSP, a.Product, a.Detail, translationFor(language).date(a.Since), "Products & sync"}
				if count > 1 {
					wants = append(wants, "47")
				}
				for form, body := range map[string]string{"text": strings.Join(strings.Fields(text), " "), "HTML": shown(t, page)} {
					for _, want := range wants {
						if !strings.Contains(body, strings.Join(strings.Fields(want), " ")) {
							t.Errorf("%s in %s, about %s, lacks %q:\n%s", form, language, kind, want, body)
						}
					}
					if strings.Contains(body, "%!") || strings.Contains(body, "<no value>") {
						t.Errorf("%s in %s is not filled in: %s", form, language, body)
					}
				}
			}
		}
	}
}

func testAlertFailureAndReviewDifferInEveryLanguage(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, language := range portal.MailLanguages {
		for _, of := range kinds {
			a := alert(language, false, 3)
			of(&a)
			p := newAlertContent(a)
			for _, line := range []string{p.Subject, p.Title, p.Intro, p.Ignore} {
				if seen[language+line] {
					t.Errorf("%s uses %q for two kinds", language, line)
				}
				seen[language+line] = true
			}
		}
	}
}

func testAlertHasOneRecipientAndOneID(t *testing.T) {
	t.Parallel()
	s := mailserver.Start(t, mailserver.Config{})
	sender := senderTo(t, s, "smtp://127.0.0.1", nil)
	ids := map[string]bool{}
	other := alert("de", false, 3)
	other.Email = "kim@fjord.example"
	for _, a := range []portal.SyncAlert{alert("de", false, 3), alert("de", false, 4), other} {
		if err := sender.SendAlert(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		heard := s.Heard(t)
		message, err := netmail.ReadMessage(strings.NewReader(heard.Message))
		if err != nil {
			t.Fatal(err)
		}
		if to := message.Header.Get("To"); to != "<"+a.Email+">" || message.Header.Get("Content-Language") != "de" {
			t.Errorf("got recipient %s, headers %v", to, message.Header)
		}
		if parts := heard.Parts(t); len(parts) != 2 || !strings.Contains(parts["text/plain"], a.Detail) {
			t.Errorf("got parts %v", parts)
		}
		ids[message.Header.Get("Message-ID")] = true
	}
	if len(ids) != 2 {
		t.Errorf("two readers of one run have %d mails, want one each", len(ids))
	}
}

func testAlertEscapesNamesAndReason(t *testing.T) {
	t.Parallel()
	for _, name := range hostileNames {
		a := alert("en", false, 3)
		a.MSSP, a.Product, a.Detail = name, name, name
		text, page := alerted(t, a)
		for _, never := range []string{"<script", "<b>", "\u202e", "\u2066", "\u200b", "\u2028", "\x00"} {
			if strings.Contains(page, never) {
				t.Errorf("%q puts %q into the HTML", name, never)
			}
		}
		if strings.Contains(text, "\nBcc:") || strings.Contains(text, "\nSubject:") ||
			strings.ContainsAny(newAlertContent(a).Subject, "\r\n\u202e") {
			t.Errorf("%q starts a new line: %s", name, text)
		}
	}
}
