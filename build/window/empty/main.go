// Command empty opens a Wails window that shows one line: what the app's start and memory are measured against.
package main

import (
	"log"
	"net/http"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

const page = `<!doctype html><html lang="en"><title>Empty</title><body><h1>Empty window</h1></body></html>`

func main() {
	show := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}
	err := wails.Run(&options.App{
		Title: "Empty", Width: 1280, Height: 800,
		AssetServer: &assetserver.Options{Handler: http.HandlerFunc(show)},
	})
	if err != nil {
		log.Fatal(err)
	}
}
