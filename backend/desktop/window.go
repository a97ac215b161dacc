package desktop

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// The window's limits. A larger size comes from a damaged file and is ignored.
const (
	MinWidth, MinHeight = 960, 640
	maxWidth, maxHeight = 7680, 4320
)

// Window is the stored state of the window. Its position is left to the window manager, because with several screens it
// is often wrong.
type Window struct {
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
}

func windowFile(stateDir string) string { return filepath.Join(stateDir, "window.json") }

// LoadWindow returns the window as it was last closed, within limits, or the default.
func LoadWindow(stateDir string) Window {
	w := Window{Width: 1280, Height: 832}
	content, err := os.ReadFile(windowFile(stateDir))
	if err != nil {
		return w
	}
	var kept Window
	if json.Unmarshal(content, &kept) != nil || kept.Width <= 0 || kept.Height <= 0 {
		return w
	}
	return kept.clamped()
}

// SaveWindow stores the window for the next start. A maximised window keeps its previous size.
func SaveWindow(stateDir string, w Window) error {
	if w.Maximised {
		before := LoadWindow(stateDir)
		w.Width, w.Height = before.Width, before.Height
	}
	content, err := json.Marshal(w.clamped())
	if err != nil {
		return err
	}
	return writeFile(windowFile(stateDir), append(content, '\n'))
}

func (w Window) clamped() Window {
	w.Width = min(max(w.Width, MinWidth), maxWidth)
	w.Height = min(max(w.Height, MinHeight), maxHeight)
	return w
}
