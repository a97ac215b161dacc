// FS Client Portal opens the window of the desktop app.
package main

import (
	"embed"
	"errors"
	"fmt"
	"net/http"
	"os"

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
	if code, ran := desktop.Command(os.Args[1:], version, commit); ran {
		os.Exit(code)
	}
	o, err := desktop.FromSystem(version, commit)
	if err != nil {
		os.Exit(refuse(err))
	}
	o.Link = desktop.LinkArgument(os.Args[1:])
	instance, err := desktop.StartInstance(o.StateDir, o.Link, o.Log, func() bool { return show(desktop.HungNotice()) })
	switch {
	case errors.Is(err, desktop.ErrEnded):
		os.Exit(restart(o))
	case errors.As(err, new(*desktop.NotEnded)):
		os.Exit(fail(o, "restart", err, desktop.NotEndedNotice(err)))
	case err != nil:
		o.Log.Warn("instance", "error", err.Error())
	case instance == nil:
		return
	}
	app := newApp(o)
	if instance != nil {
		go instance.Serve(desktop.InstanceWindow{Raise: app.prove, Drawn: app.drawn.Load, Open: app.desktop.OpenLink})
	}
	if err := wails.Run(window(app, o)); err != nil {
		os.Exit(fail(o, "open the window", err, desktop.WindowNotice(err)))
	}
}

// refuse reports why the app cannot start, in a window and in the log, and returns the exit code.
func refuse(err error) int {
	fmt.Fprintln(os.Stderr, "fs-client-portal:", err)
	// Without a state folder there is no log.
	state, _ := desktop.StateDir()
	desktop.LogRefused(state, err)
	show(desktop.RefusedNotice(err, state))
	return 2
}

// restart starts the app again and returns the exit code of this process.
func restart(o desktop.Options) int {
	if err := desktop.StartAnew(); err != nil {
		return fail(o, "restart", err, desktop.NotEndedNotice(err))
	}
	return 0
}

// fail reports an error in a dialog of the system, because a process can open one window only, and returns the exit
// code.
func fail(o desktop.Options, what string, err error, n desktop.Notice) int {
	fmt.Fprintf(os.Stderr, "fs-client-portal: %s: %v\n", what, err)
	o.Log.Error("start", "what", what, "error", err.Error())
	if _, err := n.ShowNative(); err != nil {
		o.Log.Warn("dialog", "error", err.Error())
	}
	return 1
}

func window(app *App, o desktop.Options) *options.App {
	size := desktop.LoadWindow(o.StateDir)
	return &options.App{
		Title: title, Width: size.Width, Height: size.Height,
		MinWidth: desktop.MinWidth, MinHeight: desktop.MinHeight,
		WindowStartState:   startState(size),
		BackgroundColour:   background(desktop.LoadAppearance(o.ConfigDir).Dark()),
		AssetServer:        &assetserver.Options{Assets: assets, Middleware: securityHeaders},
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
		Mac: &mac.Options{
			OnUrlOpen: app.desktop.OpenLink,
			About:     &mac.AboutInfo{Title: title, Message: version, Icon: icon},
		},
		Windows: &windows.Options{Theme: windows.SystemDefault},
	}
}

func startState(w desktop.Window) options.WindowStartState {
	if w.Maximised {
		return options.Maximised
	}
	return options.Normal
}

// background returns the page's background colour, so that the window does not flash before the page is drawn.
func background(dark bool) *options.RGBA {
	if dark {
		return options.NewRGB(0x13, 0x15, 0x19)
	}
	return options.NewRGB(0xff, 0xff, 0xff)
}

// securityHeaders adds the security headers to the responses with the page.
func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", desktop.ContentSecurityPolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}
