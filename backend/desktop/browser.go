package desktop

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"regexp"
	"runtime"

	"github.com/pkg/browser"
)

// A browser's chatter does not belong on our terminal, and may hold the link.
func init() { browser.Stdout, browser.Stderr = io.Discard, io.Discard }

// ourLinks are the only ones a browser is ever opened with: short, on this computer, good once, and free of anything
// that a shell or another program's command line could take for more than a link.
var ourLinks = regexp.MustCompile(`^http://127\.0\.0\.1:[0-9]{1,5}` + startPath + `[A-Z2-7]{20,}$`)

// OpenBrowser shows one of our links in the browser that $BROWSER names on Linux, else in the system's. It may return
// only when that browser is closed: some systems run it in the foreground.
func OpenBrowser(log *slog.Logger, link string) error {
	if !ourLinks.MatchString(link) {
		return errors.New("not a link to a sign-in of this app")
	}
	if runtime.GOOS == "linux" && openNamedBrowser(log, os.Getenv("BROWSER"), link) {
		return nil
	}
	return browser.OpenURL(link)
}
