package main

import (
	"context"
	"sync/atomic"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"fs-client-portal/backend/desktop"
)

// show shows a notice in a window of its own, or by the system's own dialog where there can be none, and reports
// whether its first button was pressed. On a computer without a display it shows nothing.
func show(n desktop.Notice) (yes bool) {
	if !desktop.CanShowWindow() {
		return false
	}
	var window context.Context
	var chosen atomic.Bool
	opened := make(chan struct{})
	page := n.Handler(func(pressed bool) {
		chosen.Store(pressed)
		go func() {
			<-opened
			runtime.Quit(window)
		}()
	})
	err := wails.Run(&options.App{
		Title: title, Width: 560, Height: 540, MinWidth: 420, MinHeight: 320,
		BackgroundColour: background(desktop.PrefersDark()),
		AssetServer:      &assetserver.Options{Handler: page},
		OnStartup: func(ctx context.Context) {
			window = ctx
			close(opened)
		},
		Logger: quiet{},
		Linux: &linux.Options{
			Icon: icon, ProgramName: "fs-client-portal", WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
		Windows: &windows.Options{Theme: windows.SystemDefault},
	})
	if err == nil {
		return chosen.Load()
	}
	// A dialog that cannot be shown either leaves the log and stderr, which have it already.
	yes, _ = n.ShowNative()
	return yes
}

// quiet drops what the window's library says about a window of one page.
type quiet struct{}

func (quiet) Print(string)   {}
func (quiet) Trace(string)   {}
func (quiet) Debug(string)   {}
func (quiet) Info(string)    {}
func (quiet) Warning(string) {}
func (quiet) Error(string)   {}
func (quiet) Fatal(string)   {}
