package loopback

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"fs-client-portal/backend/portal"
)

// Product is the app's name, the same in every language.
const Product = "FS Client Portal"

// Page is the last page of a sign-in. Name selects its text in the user's language.
type Page struct {
	Name PageName
	// Who is the user who signed in. Provider and Detail are the provider's name and its own explanation of an error.
	// All three are untrusted text.
	Who, Provider, Detail string
}

// PageName names a page in the table of texts: one of the constants, or a portal.Code.
type PageName string

// SignedIn is the page of a successful sign-in.
const SignedIn PageName = "signed_in"

const (
	pageOther    PageName = "other"
	pageNotFound PageName = "nothing_here"
	pageNotOurs  PageName = "not_ours"
	pageLinkUsed PageName = "link_used"
)

// PageFor returns the name of the page for an error code. Codes without a page of their own share one.
func PageFor(code portal.Code) PageName {
	if _, known := english.Pages[PageName(code)]; known {
		return PageName(code)
	}
	return pageOther
}

// moods selects the icon and colour of pages that are not warnings.
var moods = map[PageName]string{
	SignedIn:               "good",
	"invite_code_required": "next",
	"invite_choice":        "next",
	"timed_out":            "wait",
	"attempt_expired":      "wait",
	"too_many_requests":    "wait",
	"cancelled":            "calm",
	pageNotFound:           "calm",
	pageNotOurs:            "calm",
	pageLinkUsed:           "calm",
}

func (p Page) mood() string {
	if mood, mild := moods[p.Name]; mild {
		return mood
	}
	return "bad"
}

// PageStyle is the style of the app's pages in the browser.
const PageStyle = template.CSS(`
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --line: #e3e6eb; --text: #1a1d23; --soft: #596070;
  --good: #1b7440; --next: #2f55c8; --wait: #8a5300; --bad: #b3261e; --calm: #596070 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0f1114; --card: #181b20; --line: #2b2f37; --text: #e8eaee; --soft: #a3aab8;
    --good: #6fcf97; --next: #9cb2ff; --wait: #f0b35b; --bad: #ff9a92; --calm: #a3aab8 }
}
* { box-sizing: border-box; margin: 0 }
body { min-height: 100vh; min-height: 100svh; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 24px; padding: 24px 16px; background: var(--ground); color: var(--text);
  font: 15px/1.55 "Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif }
header { display: flex; align-items: center; gap: 10px; font-weight: 600; letter-spacing: -.01em }
header svg { width: 28px; height: 28px }
main { width: 100%; max-width: 440px; padding: 36px 32px 32px; background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; text-align: center; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 8px 24px rgb(0 0 0 / .05) }
.icon { width: 60px; height: 60px; margin: 0 auto 20px; padding: 16px; border-radius: 50%; color: var(--tone);
  background: color-mix(in srgb, var(--tone) 13%, transparent) }
.icon svg { display: block; width: 28px; height: 28px; fill: none; stroke: currentColor; stroke-width: 2.2;
  stroke-linecap: round; stroke-linejoin: round }
.good { --tone: var(--good) } .next { --tone: var(--next) } .wait { --tone: var(--wait) }
.bad { --tone: var(--bad) } .calm { --tone: var(--calm) }
h1 { font-size: 22px; line-height: 1.3; font-weight: 600; letter-spacing: -.015em; text-wrap: balance }
p { margin-top: 10px; color: var(--soft); text-wrap: pretty; overflow-wrap: anywhere }
p.who { color: var(--text); font-weight: 500 }
p.detail { margin-top: 16px; padding: 10px 14px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--ground); font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, monospace; text-align: start }
footer { color: var(--soft); font-size: 13px }
@media (max-width: 480px) { main { padding: 28px 20px 24px } h1 { font-size: 20px } }
`)

// contentPolicy allows the page its own style and nothing else: no script, image, form or frame.
var contentPolicy = func() string {
	sum := sha256.Sum256([]byte(PageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Texts.Tag}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}} · {{.Product}}</title>
<style>{{.Style}}</style>
</head>
<body>
<header>
<svg viewBox="0 0 48 48" aria-hidden="true"><rect width="48" height="48" rx="11" fill="#2f55c8"/><g fill="none" stroke="#fff"
 stroke-width="4" stroke-linecap="round"><path d="M12 36V23.5a12 12 0 0 1 24 0V36"/><path d="M20.5 36V24a3.5 3.5 0 0 1 7 0v12"/></g></svg>
<span>{{.Product}}</span>
</header>
<main class="{{.Mood}}">
<div class="icon"><svg viewBox="0 0 24 24" aria-hidden="true">
{{- if eq .Mood "good"}}<path d="M5 12.5l4.5 4.5L19 7.5"/>
{{- else if eq .Mood "next"}}<path d="M5 12h14M13 6l6 6-6 6"/>
{{- else if eq .Mood "wait"}}<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>
{{- else if eq .Mood "calm"}}<circle cx="12" cy="12" r="9"/><path d="M12 11.5v5M12 7.6v.1"/>
{{- else}}<path d="M12 4.2l8.6 15H3.4zM12 10.2v4M12 16.9v.1"/>
{{- end}}</svg></div>
<h1>{{.Title}}</h1>
{{with .Who}}<p class="who">{{.}}</p>
{{end}}<p>{{.Text}}</p>
{{with .Detail}}<p class="detail">{{.}}</p>
{{end}}</main>
<footer>{{.Texts.Close}}</footer>
</body>
</html>
`))

// showPage writes a page in the browser's language. The page loads nothing, runs nothing and is not cached.
func showPage(w http.ResponseWriter, req *http.Request, status int, p Page) {
	texts := translationFor(req.Header.Get("Accept-Language"))
	text := texts.Pages[p.Name]
	fill := strings.NewReplacer("{provider}", p.Provider, "{product}", Product)
	secureHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", texts.Tag)
	w.WriteHeader(status)
	// The browser may have closed the connection; then there is nothing to show.
	_ = pageTemplate.Execute(w, map[string]any{
		"Texts": texts, "Product": Product, "Style": PageStyle, "Mood": p.mood(), "Who": p.Who, "Detail": p.Detail,
		"Title": fill.Replace(text.Title), "Text": fill.Replace(text.Text),
	})
}

func refuseMethod(w http.ResponseWriter, req *http.Request, allowed string) {
	w.Header().Set("Allow", allowed)
	showPage(w, req, http.StatusMethodNotAllowed, Page{Name: pageNotFound})
}

func secureHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}
