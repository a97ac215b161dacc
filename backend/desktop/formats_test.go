package desktop

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestStoredFormats holds the files that another version of the app has written or will read.
func TestStoredFormats(t *testing.T) {
	dir := t.TempDir()
	written := func(t *testing.T, file string, err error, want string) {
		t.Helper()
		content, readErr := os.ReadFile(file)
		if err != nil || readErr != nil || string(content) != want {
			t.Errorf("got %q, %v, %v, want %q", content, err, readErr, want)
		}
	}
	t.Run("session_file", func(t *testing.T) {
		file := generationFile{filepath.Join(dir, "turn")}
		g := generation{Family: "11111111-2222-3333-4444-555555555555", Number: 7, RequestID: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
		written(t, file.path, file.write(g),
			`{"line":"11111111-2222-3333-4444-555555555555","turn":7,"request_id":"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}`+"\n")
		if got := file.read(); got != g {
			t.Errorf("got %+v, want %+v", got, g)
		}
		written(t, file.path, file.end(g.Family), `{"line":"11111111-2222-3333-4444-555555555555","turn":7,"over":true}`+"\n")
	})
	t.Run("note_of_a_session_in_use", func(t *testing.T) {
		note := keptNote{filepath.Join(dir, "note")}
		at := keptAt{API: "https://portal.example.com", Used: time.Date(2026, 5, 2, 12, 0, 0, 0, time.UTC), Tries: 2}
		written(t, note.file, note.write(at), `{"api":"https://portal.example.com","used":"2026-05-02T12:00:00Z","tries":2}`+"\n")
		if got, ok := note.read(); !ok || got != at {
			t.Errorf("got %+v, %t, want %+v", got, ok, at)
		}
	})
	t.Run("name_of_a_session_file", func(t *testing.T) {
		// The first eight bytes of the SHA-256 of https://portal.example.com.
		want := filepath.Join(dir, "session-2a28d2621e55169c.turn")
		if got := sessionFile(dir, "https://portal.example.com", ".turn"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("account_in_the_keyring", func(t *testing.T) {
		if got := accountOf("https://Portal.example.com:443/x"); got != "portal.example.com" {
			t.Errorf("got %s, want portal.example.com", got)
		}
	})
}
