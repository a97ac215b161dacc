package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"fs-client-portal/backend/desktop/webview"
)

// CheckWebView returns the check of the library that draws the window. read is webview.Read.
func CheckWebView(read func() (webview.Library, error)) Check {
	return Check{[]string{WebView}, "Restart the computer.", func(context.Context) []Result {
		library, err := read()
		return []Result{webViewResult(library, err)}
	}}
}

func webViewResult(library webview.Library, err error) Result {
	found := strings.TrimSpace(library.Name + " " + library.Version)
	switch {
	case errors.Is(err, webview.ErrNoWindow):
		return Skip(WebView, "This build of the app has no window.")
	case err != nil:
		return Fail(WebView, "not found", Fault{"web_view_missing",
			library.Name + ", which draws the app's window, is not installed.", installRemedy(library)})
	case older(library.Version, library.Minimum):
		return Fail(WebView, found, Fault{"web_view_too_old",
			fmt.Sprintf("The app needs %s %s or newer.", library.Name, library.Minimum), installRemedy(library)})
	case library.Incomplete:
		return Warn(WebView, found, Fault{"web_view_incomplete",
			"Its program WebKitWebProcess, which runs the page, was not found in the usual folders.",
			"If the window stays empty, reinstall the package of WebKitGTK."})
	}
	return Good(WebView, found)
}

func installRemedy(library webview.Library) string {
	if library.Name == "WebView2" {
		return "Install the Evergreen Runtime of Microsoft Edge WebView2, or ask your IT to do so."
	}
	return "Install WebKitGTK for GTK 3 from the packages of this system, or update the system."
}

// older reports whether a dotted number is smaller than another one. What is not known is not older.
func older(version, minimum string) bool {
	if version == "" || minimum == "" {
		return false
	}
	have, need := strings.Split(version, "."), strings.Split(minimum, ".")
	for i := range need {
		var h, n int
		n, _ = strconv.Atoi(need[i])
		if i < len(have) {
			h, _ = strconv.Atoi(have[i])
		}
		if h != n {
			return h < n
		}
	}
	return false
}

// CheckLoopback returns the check whether a port on loopback can be opened and reached, which a sign-in needs. listen
// is net.Listen.
func CheckLoopback(listen func(network, address string) (net.Listener, error)) Check {
	const late = "Ask your IT whether security software blocks connections of this computer with itself."
	return Check{[]string{Loopback}, late, func(ctx context.Context) []Result {
		four := reach(ctx, listen, "tcp4", "127.0.0.1:0")
		six := reach(ctx, listen, "tcp6", "[::1]:0")
		switch {
		case four != nil:
			return []Result{Fail(Loopback, "127.0.0.1: "+four.Error(), Fault{"no_loopback",
				"The browser cannot hand a sign-in over to the app: no port of this computer can be opened and reached.", late})}
		case six != nil:
			return []Result{Good(Loopback, "127.0.0.1 can be used; this computer has no ::1, which is not needed.")}
		}
		return []Result{Good(Loopback, "127.0.0.1 and ::1 can be used.")}
	}}
}

// reach opens a port and connects to it. Its error has no address.
func reach(ctx context.Context, listen func(network, address string) (net.Listener, error), network, address string) error {
	listener, err := listen(network, address)
	if err != nil {
		return errors.New("no port can be opened")
	}
	defer func() { _ = listener.Close() }()
	conn, err := (&net.Dialer{}).DialContext(ctx, network, listener.Addr().String())
	if err != nil {
		return errors.New("an open port cannot be reached")
	}
	return conn.Close()
}
