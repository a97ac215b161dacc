package desktop

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"fs-client-portal/backend/desktop/loopback"
)

// Notice is a message for when the app's own window cannot be used: a title, what happened, and one or two buttons.
type Notice struct {
	Title, Text string
	// Detail is quoted: the setting at fault, or the system's error.
	Detail string
	Next   string
	// Yes is the button of the remedy. If it is empty, there is only No.
	Yes, No string
}

// RefusedNotice returns the Notice that the app cannot start with its settings. err names one of them.
func RefusedNotice(err error, stateDir string) Notice {
	next := "Tell your IT what is written here."
	if stateDir != "" {
		next += " It is also in the log: " + logPath(stateDir)
	}
	return Notice{
		Title: loopback.Product + " cannot start", Text: "A setting of this computer cannot be used:",
		Detail: printable(err.Error()), Next: next, No: "Close",
	}
}

// WindowNotice returns the Notice that the window cannot be opened.
func WindowNotice(err error) Notice {
	return Notice{
		Title: loopback.Product + " cannot open its window", Text: "The window could not be opened:",
		Detail: printable(err.Error()), Next: "Tell your IT what is written here.", No: "Close",
	}
}

// HungNotice returns the question what to do with a running app that does not respond.
func HungNotice() Notice {
	return Notice{
		Title: loopback.Product + " does not respond",
		Text:  "It is open already, but its window does not respond.",
		Next:  "You can wait a little and try again, or restart it. What was not saved in its window is lost.",
		Yes:   "Restart it", No: "Cancel",
	}
}

// NotStartedNotice returns the Notice that the page in the window has not started, for one of the causes of startCauses.
func NotStartedNotice(cause, stateDir string) Notice {
	return Notice{
		Title: loopback.Product + " does not start", Text: "The window is open, but stays empty.", Detail: startCauses[cause],
		Next: "Close it and start the app again. If that does not help, tell your IT what is written here; " +
			"“fs-client-portal --doctor” checks this computer. The log: " + logPath(stateDir),
		No: "Close",
	}
}

// NotEndedNotice returns the Notice that an app that does not respond could not be restarted.
func NotEndedNotice(err error) Notice {
	return Notice{
		Title: loopback.Product + " could not be restarted", Text: "The app that is open could not be ended:",
		Detail: printable(err.Error()), Next: "Sign out of this computer and in again, then start it anew.", No: "Close",
	}
}

// plain is the notice for a dialog that shows text alone.
func (n Notice) plain() string {
	text := n.Text
	if n.Detail != "" {
		text += "\n\n" + n.Detail
	}
	return text + "\n\n" + n.Next
}

// LogRefused writes why the app did not start into the log, which the settings would have opened.
func LogRefused(stateDir string, err error) {
	if stateDir == "" {
		return
	}
	log, file := OpenLog(stateDir, slog.LevelInfo)
	log.Error("start refused", "error", printable(err.Error()))
	_ = file.Close()
}

const (
	noticeYes = "/choose/yes"
	noticeNo  = "/choose/no"
)

var noticePage = template.Must(template.New("notice").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{.Notice.Title}}</title>
<style>{{.Style}}
form { display: inline }
button { margin: 24px 4px 0; padding: 8px 18px; font: inherit; color: var(--text); background: var(--ground);
  border: 1px solid var(--soft); border-radius: 8px; cursor: pointer }
button:focus-visible { outline: 2px solid var(--next); outline-offset: 2px }
</style>
</head>
<body>
<main class="bad" role="alertdialog" aria-labelledby="title" aria-describedby="text">
<div class="icon"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4.2l8.6 15H3.4zM12 10.2v4M12 16.9v.1"/></svg></div>
<h1 id="title">{{.Notice.Title}}</h1>
<div id="text">
<p>{{.Notice.Text}}</p>
{{with .Notice.Detail}}<p class="detail">{{.}}</p>
{{end}}<p>{{.Notice.Next}}</p>
</div>
{{with .Notice.Yes}}<form action="{{$.YesPath}}"><button>{{.}}</button></form>
{{end}}<form action="{{.NoPath}}"><button autofocus>{{.Notice.No}}</button></form>
</main>
</body>
</html>
`))

// noticePolicy allows the page its style, its two buttons and what the window's library adds, and nothing else.
const noticePolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; " +
	"frame-ancestors 'none'"

// Handler serves the notice as a page. choose is called with the button that was pressed.
func (n Notice) Handler(choose func(yes bool)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", noticePolicy)
		switch r.URL.Path {
		case noticeYes, noticeNo:
			w.WriteHeader(http.StatusNoContent)
			choose(r.URL.Path == noticeYes && n.Yes != "")
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			// The window may have been closed; then there is nothing to show.
			_ = noticePage.Execute(w, map[string]any{
				"Notice": n, "Style": loopback.PageStyle, "YesPath": noticeYes, "NoPath": noticeNo,
			})
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
}

// ShowNative shows the notice in the system's own dialog, if the app's window cannot be used, and reports whether Yes
// was pressed. The error means that there is no such dialog.
func (n Notice) ShowNative() (yes bool, err error) {
	yes, err = showNative(n)
	if err != nil {
		return false, fmt.Errorf("no dialog could be shown: %w", err)
	}
	return yes, nil
}

// CanShowWindow reports whether there is a display at all: without one the window's library ends the process.
func CanShowWindow() bool { return hasDisplay() }

var errNoDisplay = errors.New("there is no display")

func logPath(stateDir string) string { return filepath.Join(stateDir, folderName+".log") }

// hungAfter is how long the running app may take to show its window.
const hungAfter = 5 * time.Second
