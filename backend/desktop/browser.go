package desktop

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"regexp"
	"runtime"

	"github.com/pkg/browser"

	"fs-client-portal/backend/desktop/loopback"
)

// The output of a browser is discarded: it may contain the link.
func init() { browser.Stdout, browser.Stderr = io.Discard, io.Discard }

// dashboardForm is the form of a dashboard's address: a host without a path.
var dashboardForm = regexp.MustCompile(`^https://[a-z0-9][a-z0-9.-]{0,251}[a-z0-9]/$`)

// OpenBrowser opens link in the system's browser, on Linux in the one that $BROWSER names. It opens no other link than
// managedBy, the start page of a dashboard and those of package loopback: they are short, and have no character that is
// special to a shell; those of loopback work once. On systems that run the browser in the foreground it returns when the
// browser is closed.
func OpenBrowser(log *slog.Logger, link, managedBy string) error {
	if !loopback.IsLink(link) && !dashboardForm.MatchString(link) && !(link == managedBy && isManagedByURL(link)) {
		return errors.New("neither a link to a sign-in of this app, nor the start page of a dashboard, nor policy's ManagedByUrl")
	}
	if runtime.GOOS == "linux" && openNamedBrowser(log, os.Getenv("BROWSER"), link) {
		return nil
	}
	return browser.OpenURL(link)
}
