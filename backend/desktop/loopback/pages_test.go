package loopback

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// rendered returns a page as a browser receives it.
func rendered(p Page, language string) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	showPage(response, &http.Request{Header: http.Header{"Accept-Language": {language}}}, 200, p)
	return response
}

func TestPage(t *testing.T) {
	response := rendered(Page{Name: SignedIn, Who: "Ada"}, "")
	body := response.Body.String()
	t.Run("has_protective_headers", func(t *testing.T) {
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8",
		} {
			if got := response.Header().Get(name); got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
	})
	t.Run("loads_and_runs_nothing", func(t *testing.T) {
		for _, part := range []string{"<script", "<link", "<img", "<iframe", "<form", "http:", "https:", "url(", "@import", " style="} {
			if strings.Contains(body, part) {
				t.Errorf("got %q in the page, want it absent", part)
			}
		}
		if handler := regexp.MustCompile(` on\w+=`).FindString(body); handler != "" {
			t.Errorf("got %q in the page, want no event handler", handler)
		}
	})
	t.Run("has_a_policy_for_its_style_only", func(t *testing.T) {
		style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(body)[1]
		sum := sha256.Sum256([]byte(style))
		want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
		if got := response.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("escapes_untrusted_text", func(t *testing.T) {
		const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`
		page := Page{Name: PageFor(portal.ProviderRefused), Provider: hostile, Who: hostile, Detail: hostile}
		got := rendered(page, hostile).Body.String()
		if strings.Contains(got, "<script") || strings.Contains(got, "<img") || strings.Count(got, "&lt;script&gt;") != 4 {
			t.Errorf("got %s, want the text escaped", got)
		}
	})
}

func TestResponseHeaders(t *testing.T) {
	r, fill := fuzzedRedirect()
	for name, request := range map[string]string{
		"link": "GET /LINK", "callback": "GET /callback/google?state=STATE&code=abc", "other_path": "GET /",
		"other_method": "PUT /callback/google",
	} {
		t.Run(name, func(t *testing.T) {
			wire := fill.Replace(request) + " HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nConnection: close\r\n\r\n"
			got := string(exchange(t, r, []byte(wire)))
			for _, want := range []string{
				"Cache-Control: no-store", "Referrer-Policy: no-referrer", "X-Frame-Options: DENY", "default-src 'none'",
			} {
				if !strings.Contains(got, want) {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
}

func TestTranslations(t *testing.T) {
	t.Run("have_every_page", func(t *testing.T) {
		for _, language := range translations {
			for name := range english.Pages {
				if text := language.Pages[name]; text.Title == "" || text.Text == "" || language.Close == "" {
					t.Errorf("%s: got no text for page %s", language.Tag, name)
				}
			}
		}
	})
	t.Run("have_a_title_per_outcome", func(t *testing.T) {
		seen := map[string]PageName{}
		for name, text := range english.Pages {
			if name == "invite_choice" {
				continue // the same step as invite_code_required
			}
			if other, taken := seen[text.Title]; taken || strings.ContainsAny(text.Title, "<>") {
				t.Errorf("got title %q for %s and %s, want one each", text.Title, name, other)
			}
			seen[text.Title] = name
			body := rendered(Page{Name: name, Provider: "Microsoft"}, "en").Body.String()
			if strings.Contains(body, "{product}") || strings.Contains(body, "{provider}") || !strings.Contains(body,
				`<html lang="en">`) {
				t.Errorf("%s: got %s, want names and language filled in", name, body)
			}
		}
	})
	t.Run("follow_the_browser", func(t *testing.T) {
		german := translation{Tag: "de", Close: "Sie können diesen Tab schließen.", Pages: english.Pages}
		translations = append(translations, german)
		t.Cleanup(func() { translations = translations[:1] })
		for accepted, want := range map[string]string{
			"": "en", "fr-FR, fr;q=0.9": "en", "de-AT,de;q=0.9,en;q=0.8": "de", "EN-gb, de": "en", "fr,  DE ;q=0.1": "de", ";,-": "en",
		} {
			response := rendered(Page{Name: pageOther}, accepted)
			got := response.Header().Get("Content-Language")
			if got != want || !strings.Contains(response.Body.String(), `lang="`+want+`"`) {
				t.Errorf("Accept-Language %q: got %s, want %s", accepted, got, want)
			}
		}
	})
}
