package desktop

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheWindowComesBackAsItWasClosed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first := LoadWindow(dir)
	if first.Maximised || first.Width < MinWidth || first.Height < MinHeight {
		t.Errorf("first start %+v", first)
	}
	for _, c := range []struct{ saved, want Window }{
		{Window{Width: 1400, Height: 900}, Window{Width: 1400, Height: 900}},
		{Window{Width: 1920, Height: 1080, Maximised: true}, Window{Width: 1400, Height: 900, Maximised: true}},
		{Window{Width: 10, Height: 10}, Window{Width: MinWidth, Height: MinHeight}},
		{Window{Width: 1 << 30, Height: 1 << 30}, Window{Width: maxWidth, Height: maxHeight}},
	} {
		if err := SaveWindow(dir, c.saved); err != nil {
			t.Fatal(err)
		}
		if got := LoadWindow(dir); got != c.want {
			t.Errorf("%+v came back as %+v", c.saved, got)
		}
	}
	for _, damaged := range []string{"", "{", `{"width":-1,"height":5}`, `{"width":"x"}`} {
		if err := os.WriteFile(windowFile(dir), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := LoadWindow(dir); got != first {
			t.Errorf("%q came back as %+v", damaged, got)
		}
	}
}

func TestTheLogIsPutAsideWhenFullAndNeverGrowsForEver(t *testing.T) {
	dir := t.TempDir()
	log := &logFile{path: filepath.Join(dir, "x.log"), limit: 100, kept: 2}
	if err := log.open(); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if _, err := log.Write(bytes.Repeat([]byte{byte('a' + i%26)}, 40)); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Size() > 100 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d bytes, %v, %v", file.Name(), info.Size(), info.Mode(), err)
		}
	}
	last, err := os.ReadFile(log.path)
	if err != nil || !strings.HasSuffix(string(last), strings.Repeat(string(rune('a'+49%26)), 40)) {
		t.Errorf("the last record is not in %s: %v", last, err)
	}
	if _, err := log.Write([]byte("late")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed log answered %v", err)
	}
}

func TestAFolderThatCannotBeWrittenCostsOnlyTheLog(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log, file := OpenLog(filepath.Join(blocked, "state"), slog.LevelInfo)
	log.Error("said to nobody")
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

func TestTheWindowsLibraryMayNotLogWhatAScreenSent(t *testing.T) {
	var out bytes.Buffer
	w := WindowLog{slog.New(slog.NewJSONHandler(&out, nil))}
	w.Error(`process message error: C{"name":"main.App.SubmitInviteCode","args":["ABCD"]} -> x`)
	w.Warning("warned: ABCD")
	w.Fatal("ended: ABCD")
	for _, dropped := range []func(string){w.Print, w.Trace, w.Debug, w.Info} {
		dropped("ABCD")
	}
	if strings.Contains(out.String(), "ABCD") || !strings.Contains(out.String(), "process message error") {
		t.Errorf("%s", out.String())
	}
}

var silentLog = slog.New(slog.DiscardHandler)

func TestNamedBrowsersAreTriedInOrderWithTheLinkAsOneArgument(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "browser")
	seen := filepath.Join(dir, "seen")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nprintf '%s|' \"$@\" >"+seen+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := "http://127.0.0.1:1/start/a b;$(x)"
	for commands, want := range map[string]string{
		script:                                link + "|",
		"/nowhere/browser:" + script:          link + "|",
		script + " --new %s --x:/never":       "--new|" + link + "|--x|",
		"  :: " + script + " --url=%s : ":     "--url=" + link + "|",
		"false:/nowhere %s:" + script + " %s": link + "|",
	} {
		if !openNamedBrowser(silentLog, commands, link) {
			t.Errorf("%q opened nothing", commands)
		}
		if got, err := os.ReadFile(seen); err != nil || string(got) != want {
			t.Errorf("%q started with %q, want %q (%v)", commands, got, want, err)
		}
	}
	for _, none := range []string{"", ":", "/nowhere/browser", "false"} {
		if openNamedBrowser(silentLog, none, link) {
			t.Errorf("%q opened something", none)
		}
	}
}
