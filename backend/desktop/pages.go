package desktop

import (
	"html/template"
	"net/http"
)

// page is what the browser tells the user when it comes back. Good pages carry a tick, others do not.
type page struct {
	Title, Text string
	Good        bool
}

var (
	pageNotFound = page{Title: "Nothing here", Text: "This address belongs to a sign-in of FS Client Portal. You can close this tab."}
	pageNotOurs  = page{Title: "This answer does not belong to a sign-in",
		Text: "It changed nothing. Go back to FS Client Portal and start again from there."}
	pageLinkUsed = page{Title: "This link was used already",
		Text: "Each link works once. Go back to FS Client Portal for a new one."}
)

// pageOf answers the page for how a sign-in ended.
func pageOf(who string, err error) page {
	if err == nil {
		return page{Title: "You are signed in", Good: true,
			Text: "Signed in as " + who + ". You can close this tab and go back to FS Client Portal."}
	}
	p := ProblemOf(err)
	title, known := map[string]string{
		string(Denied):             "You were not signed in",
		string(Cancelled):          "The sign-in was cancelled",
		string(TimedOut):           "The sign-in took too long",
		"no_invite":                "You have no invitation yet",
		"invite_code_required":     "One more step",
		"tenant_not_allowed":       "This organisation has no access",
		"deactivated":              "This account is switched off",
		"attempt_expired":          "The sign-in took too long",
		string(Offline):            "The portal cannot be reached",
		string(KeyringUnavailable): "The sign-in could not be kept",
	}[string(p.Code)]
	if !known {
		title = "The sign-in did not succeed"
	}
	return page{Title: title, Text: p.Message + " You can close this tab and go back to FS Client Portal."}
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{{.Page.Title}} - FS Client Portal</title>
<style nonce="{{.Nonce}}">
body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; margin: 0 }
main { max-width: 30rem; padding: 2rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem }
p { margin: 0; opacity: .8 }
</style>
</head>
<body>
<main>
<h1>{{if .Page.Good}}✓ {{end}}{{.Page.Title}}</h1>
<p>{{.Page.Text}}</p>
</main>
<script nonce="{{.Nonce}}">history.replaceState(null, "", location.pathname)</script>
</body>
</html>
`))

// showPage answers with a page. Its script takes the query, and so the code, out of the browser's history.
func showPage(w http.ResponseWriter, status int, p page) {
	nonce := secret()
	secureHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+
		nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	// A browser that left before its page came misses nothing.
	_ = pageTemplate.Execute(w, struct {
		Page  page
		Nonce string
	}{p, nonce})
}

func refuseMethod(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	showPage(w, http.StatusMethodNotAllowed, pageNotFound)
}

func secureHeaders(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}
