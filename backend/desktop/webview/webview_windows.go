package webview

import "github.com/wailsapp/go-webview2/webviewloader"

// minimum is the oldest WebView2 that Wails accepts.
const minimum = "94.0.992.31"

// Read returns the installed WebView2, which the loader finds by the registry.
func Read() (Library, error) {
	version, err := webviewloader.GetAvailableCoreWebView2BrowserVersionString("")
	if err != nil || version == "" {
		return Library{Name: "WebView2", Minimum: minimum}, ErrMissing
	}
	return Library{Name: "WebView2", Version: version, Minimum: minimum}, nil
}
