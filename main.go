// FS Client Portal opens the window of the desktop app.
package main

import (
	"embed"
	"fmt"
	"net/http"
	"os"
	goruntime "runtime"
	"slices"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/options/windows"

	"fs-client-portal/backend/desktop"
)

const title = "FS Client Portal"

// version and commit are set by the linker.
var (
	version = "dev"
	commit  = "unknown"
)

//go:embed all:frontend/dist
var assets embed.FS

//go:embed build/linux/icon.png
var icon []byte

func main() {
	if slices.Contains(os.Args[1:], "--version") {
		fmt.Printf("fs-client-portal %s %s %s/%s\n", version, commit, goruntime.GOOS, goruntime.GOARCH)
		return
	}
	o, err := desktop.FromSystem(version, commit)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fs-client-portal:", err)
		os.Exit(2)
	}
	if err := wails.Run(window(newApp(o), o)); err != nil {
		fmt.Fprintln(os.Stderr, "fs-client-portal: the window cannot be opened:", err)
		os.Exit(1)
	}
}

func window(app *App, o desktop.Options) *options.App {
	size := desktop.LoadWindow(o.StateDir)
	return &options.App{
		Title: title, Width: size.Width, Height: size.Height,
		MinWidth: desktop.MinWidth, MinHeight: desktop.MinHeight,
		WindowStartState:   startState(size),
		BackgroundColour:   background(desktop.PrefersDark()),
		AssetServer:        &assetserver.Options{Assets: assets, Middleware: secured},
		SingleInstanceLock: &options.SingleInstanceLock{UniqueId: "com.fs.clientportal", OnSecondInstanceLaunch: app.raiseFor},
		DragAndDrop:        &options.DragAndDrop{DisableWebViewDrop: true},
		Bind:               []any{app},
		ErrorFormatter:     desktop.Formatter(o.Log),
		Logger:             desktop.WindowLog{Log: o.Log},
		OnStartup:          app.open,
		OnDomReady:         app.fit,
		OnBeforeClose:      app.remember,
		OnShutdown:         app.close,
		Linux: &linux.Options{
			Icon: icon, ProgramName: "fs-client-portal", WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
		Mac:     &mac.Options{About: &mac.AboutInfo{Title: title, Message: version, Icon: icon}},
		Windows: &windows.Options{Theme: windows.SystemDefault},
	}
}

func startState(w desktop.Window) options.WindowStartState {
	if w.Maximised {
		return options.Maximised
	}
	return options.Normal
}

// background is what the page will paint, so that the window does not flash before it does.
func background(dark bool) *options.RGBA {
	if dark {
		return options.NewRGB(0x13, 0x15, 0x19)
	}
	return options.NewRGB(0xff, 0xff, 0xff)
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", desktop.ContentSecurityPolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}
