package mail

import (
	"fmt"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

func fieldAlert(language string, notices ...portal.FieldNotice) portal.SyncAlert {
	a := alert(language, false, int64(len(notices)))
	a.Detail, a.Notices, a.Fields = "", notices, true
	return a
}

func TestFieldAlert(t *testing.T) {
	t.Parallel()
	first := portal.FieldNotice{Kind: portal.NoticeFirst, Count: 12, Detail: "spla, expires_on"}
	changes := []portal.FieldNotice{
		{Kind: portal.NoticeDisappeared, Path: "seats", Count: 90, Detail: "Secret Works"},
		{Kind: portal.NoticeTypeChanged, Path: "licence.type", Detail: "text, number"},
		{Kind: portal.NoticeAppeared, Path: "colour", Detail: "Secret Works"},
		{Kind: portal.NoticeUnreadable, Path: "expires", Detail: "Secret Works"},
	}
	seen := map[string]string{}
	for _, language := range portal.MailLanguages {
		for kind, a := range map[string]portal.SyncAlert{"first": fieldAlert(language, first), "changed": fieldAlert(language, changes...)} {
			t.Run(language+"/"+kind, func(t *testing.T) {
				text, page := alerted(t, a)
				wants := []string{a.MSSP, a.Product, "Products & sync", "Fields", translationFor(language).date(a.Since)}
				if kind == "first" {
					wants = append(wants, "spla, expires_on")
				} else {
					wants = append(wants, "seats", "licence.type", "colour", "4")
				}
				for form, body := range map[string]string{"text": strings.Join(strings.Fields(text), " "), "HTML": shown(t, page)} {
					for _, want := range wants {
						if !strings.Contains(body, strings.Join(strings.Fields(want), " ")) {
							t.Errorf("%s lacks %q:\n%s", form, want, body)
						}
					}
					if strings.Contains(body, "Secret Works") || strings.Contains(body, "expires\u00a0") || strings.Contains(body, "%!") {
						t.Errorf("%s shows a customer's value, or is not filled in:\n%s", form, body)
					}
				}
				p := newAlertContent(a)
				for _, line := range []string{p.Subject, p.Title, p.Intro, p.Reason} {
					if other, twice := seen[line]; twice {
						t.Errorf("%q is also in %s", line, other)
					}
					seen[line] = language + "/" + kind
				}
			})
		}
	}
	t.Run("names_missing_field_beside_reason", func(t *testing.T) {
		for kind, of := range kinds {
			a := alert("en", false, 3)
			of(&a)
			a.Notices = changes
			text, _ := alerted(t, a)
			if flat := strings.Join(
				strings.Fields(text),
				" ",
			); !strings.Contains(flat, a.Detail) ||
				!strings.Contains(flat, "seats is no longer sent") {
				t.Errorf("a mail about %s lacks %q or the field:\n%s", kind, a.Detail, text)
			}
			a.Notices = changes[3:]
			if p := newAlertContent(a); p.Reason != a.Detail {
				t.Errorf("reason of a mail about %s without changed fields = %q, want %q", kind, p.Reason, a.Detail)
			}
		}
	})
	t.Run("names_ten_paths_and_how_many_more", func(t *testing.T) {
		var many []portal.FieldNotice
		for i := range 25 {
			many = append(many, portal.FieldNotice{Kind: portal.NoticeAppeared, Path: fmt.Sprint("path", i)})
		}
		_, line := fieldTranslations["en"].reason(many)
		if !strings.HasSuffix(line, "path9 is new; 15 more") {
			t.Errorf("reason = %q, want it to end with the tenth path and 15 more", line)
		}
	})
	t.Run("reports_that_every_field_is_filled", func(t *testing.T) {
		_, line := fieldTranslations["en"].reason([]portal.FieldNotice{{Kind: portal.NoticeFirst, Count: 12}})
		if line != fieldTranslations["en"].everyFieldFilled {
			t.Errorf("reason = %q, want that every field is filled", line)
		}
	})
}
