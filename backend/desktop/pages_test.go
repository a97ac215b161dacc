package desktop

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

func containsAll(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

// rendered answers a page as a browser gets it.
func rendered(p page, language string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	showPage(answer, &http.Request{Header: http.Header{"Accept-Language": {language}}}, 200, p)
	return answer
}

func TestTheCodeLeavesTheAddressBarBeforeAnythingIsShown(t *testing.T) {
	b := newBench(t)
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	answer := b.answer(target)
	done := bring(t, target, answer)
	page := get(t, done)
	<-result
	for _, leaked := range []string{answer.Get("code"), answer.Get("state"), target.Get("nonce"), target.Get("code_challenge")} {
		if strings.Contains(done, leaked) || strings.Contains(page.body, leaked) {
			t.Errorf("%q is in the address or on the page", leaked)
		}
	}
	if !strings.HasPrefix(done, strings.TrimSuffix(target.Get("redirect_uri"), "/callback/google")+donePath) || len(done) < 60 {
		t.Errorf("the last page lies at %s", done)
	}
}

func TestAPageLoadsNothingRunsNothingAndIsKeptNowhere(t *testing.T) {
	answer := rendered(page{Name: pageSignedIn, Who: "Ada"}, "")
	want := map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8",
	}
	for name, value := range want {
		if got := answer.Header().Get(name); got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	body := answer.Body.String()
	for _, loads := range []string{"<script", "<link", "<img", "<iframe", "<form", "http:", "https:", "url(", "@import", " style=", " on"} {
		if strings.Contains(strings.ReplaceAll(body, " one", ""), loads) && !(loads == " on" && !regexp.MustCompile(` on\w+=`).MatchString(body)) {
			t.Errorf("the page holds %q", loads)
		}
	}
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(body)[1]
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if got := answer.Header().Get("Content-Security-Policy"); got != policy {
		t.Errorf("the policy is %q, want %q", got, policy)
	}
}

func TestEveryAnswerOfThePortIsAsGuardedAsAPage(t *testing.T) {
	r, fill := fuzzedRedirect()
	for _, request := range []string{"GET /LINK", "GET /callback/google?state=STATE&code=abc", "GET /", "PUT /callback/google"} {
		answer := string(exchange(t, r, []byte(fill.Replace(request)+" HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nConnection: close\r\n\r\n")))
		if !containsAll(answer, "Cache-Control: no-store", "Referrer-Policy: no-referrer", "X-Frame-Options: DENY", "default-src 'none'") {
			t.Errorf("%s is answered %s", request, answer)
		}
	}
}

func TestWhatStrangersSayIsShownAsTextOnly(t *testing.T) {
	const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}`
	body := rendered(page{Name: pageName(portal.ProviderRefused), Provider: hostile, Who: hostile, Detail: hostile}, hostile).Body.String()
	if strings.Contains(body, "<script") || strings.Contains(body, "<img") || strings.Count(body, "&lt;script&gt;") != 4 {
		t.Errorf("shown as %s", body)
	}
}

func TestEachEndingIsSaidInItsOwnWords(t *testing.T) {
	seen := map[string]portal.Code{}
	for _, code := range []portal.Code{
		Denied, Cancelled, TimedOut, Offline, KeyringUnavailable, portal.NoInvite, portal.InviteCodeRequired,
		portal.TenantNotAllowed, portal.Deactivated, portal.AttemptExpired, portal.ProviderDown, portal.ProviderRefused,
		portal.TooManyRequests, portal.Unavailable, portal.Internal,
	} {
		shown := pageOf(portal.Entra, problem(code, "x"), "")
		body := rendered(shown, "en").Body.String()
		title := regexp.MustCompile(`<h1>(.*)</h1>`).FindStringSubmatch(body)[1]
		if other, taken := seen[title]; taken || title == "" {
			t.Errorf("%s and %s are both called %q", code, other, title)
		}
		seen[title] = code
		if strings.ContainsAny(title, "{}") || strings.Contains(body, "{product}") || !strings.Contains(body, `<html lang="en">`) {
			t.Errorf("%s: %s", code, body)
		}
		if (code == portal.Internal) != (shown.Name == pageOther) {
			t.Errorf("%s is shown as %s", code, shown.Name)
		}
	}
}

func TestThePagesSpeakALanguageTheBrowserAsksForOrEnglish(t *testing.T) {
	languages = append(languages, pageWords{Tag: "de", Close: "Sie können diesen Tab schließen.", Pages: english.Pages})
	t.Cleanup(func() { languages = languages[:1] })
	for accepted, want := range map[string]string{
		"": "en", "fr-FR, fr;q=0.9": "en", "de-AT,de;q=0.9,en;q=0.8": "de", "EN-gb, de": "en", "fr,  DE ;q=0.1": "de", ";,-": "en",
	} {
		answer := rendered(page{Name: pageOther}, accepted)
		if got := answer.Header().Get("Content-Language"); got != want || !strings.Contains(answer.Body.String(), `lang="`+want+`"`) {
			t.Errorf("%q is answered in %s", accepted, got)
		}
	}
}

func TestEveryLanguageHasEveryPage(t *testing.T) {
	for _, words := range languages {
		for name := range english.Pages {
			if text := words.Pages[name]; text.Title == "" || text.Text == "" || words.Close == "" {
				t.Errorf("%s lacks %s", words.Tag, name)
			}
		}
	}
}
