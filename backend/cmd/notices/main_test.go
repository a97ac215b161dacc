package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	t.Run("prints_licences_and_notices", func(t *testing.T) {
		folder := withFiles(t, map[string]string{
			"LICENSE.md": "The licence\n", "NOTICE": "The notice\n", "license.go": "package x", "README": "Read",
		})
		var out bytes.Buffer
		if err := write(&out, []module{{"example.com/one v1.2.3", folder}}); err != nil {
			t.Fatal(err)
		}
		want := "example.com/one v1.2.3\n======================\n\nThe licence\n\nThe notice\n\n"
		if out.String() != want {
			t.Errorf("got %q, want %q", out.String(), want)
		}
	})
	t.Run("refuses_a_module_without_a_licence", func(t *testing.T) {
		err := write(&bytes.Buffer{}, []module{{"example.com/two v1.0.0", withFiles(t, map[string]string{"NOTICE": "The notice"})}})
		if err == nil || !strings.Contains(err.Error(), "example.com/two v1.0.0") {
			t.Errorf("got %v, want an error that names the module", err)
		}
	})
}

func withFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestModules checks that the modules of every system are there.
func TestModules(t *testing.T) {
	modules, err := modulesOf("desktop,production", []string{"fs-client-portal/backend/desktop/webview"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range modules {
		name, _, _ := strings.Cut(m.name, " ")
		names = append(names, name)
		if _, err := legalTexts(m.folder); err != nil {
			t.Errorf("the licence of %s in %s: %v", m.name, filepath.Base(m.folder), err)
		}
	}
	for _, want := range []string{"Go", "github.com/wailsapp/go-webview2"} {
		if !strings.Contains(strings.Join(names, "\n")+"\n", want+"\n") {
			t.Errorf("got the modules %v, want %s among them", names, want)
		}
	}
}
