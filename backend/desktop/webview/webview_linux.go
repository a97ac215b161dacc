//go:build linux && (production || dev)

package webview

/*
#cgo !webkit2_41 pkg-config: webkit2gtk-4.0
#cgo webkit2_41 pkg-config: webkit2gtk-4.1

#include <webkit2/webkit2.h>
*/
import "C"

import (
	"fmt"

	wails "github.com/wailsapp/wails/v2/pkg/assetserver/webview"
)

// Read returns the WebKitGTK that this process is linked to.
func Read() (Library, error) {
	return Library{
		Name:    "WebKitGTK",
		Version: fmt.Sprintf("%d.%d.%d", C.webkit_get_major_version(), C.webkit_get_minor_version(), C.webkit_get_micro_version()),
		Minimum: fmt.Sprintf("2.%d", wails.Webkit2MinMinorVersion),

		Incomplete: !programFound(),
	}, nil
}
