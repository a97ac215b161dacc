package desktop

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"

	"github.com/pkg/browser"

	"fs-client-portal/backend/desktop/loopback"
)

// The output of a browser is discarded: it may contain the link.
func init() { browser.Stdout, browser.Stderr = io.Discard, io.Discard }

// OpenBrowser opens link in the system's browser, on Linux in the one that $BROWSER names. It opens no other link than
// those of package loopback: they are short, work once, and have no character that is special to a shell. On systems
// that run the browser in the foreground it returns when the browser is closed.
func OpenBrowser(log *slog.Logger, link string) error {
	if !loopback.IsLink(link) {
		return errors.New("not a link to a sign-in of this app")
	}
	if runtime.GOOS == "linux" && openNamedBrowser(log, os.Getenv("BROWSER"), link) {
		return nil
	}
	return browser.OpenURL(link)
}
