package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFiles(t *testing.T) {
	t.Run("restore_the_window", testFilesRestoreTheWindow)
	t.Run("are_optional_for_the_log", testFilesAreOptionalForTheLog)
	t.Run("have_no_arguments_of_calls_in_the_log", testFilesHaveNoArgumentsOfCallsInTheLog)
	t.Run("split_the_browser_command", testFilesSplitTheBrowserCommand)
}

func testFilesRestoreTheWindow(t *testing.T) {
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

func TestLog(t *testing.T) {
	const mode, size = 0o600, 1 << 20
	state := func(t *testing.T) string { return filepath.Join(t.TempDir(), "state") }
	t.Run("is for the user alone", func(t *testing.T) {
		dir := state(t)
		log, file := OpenLog(dir, slog.LevelInfo)
		defer file.Close()
		log.Info("first")
		for path, want := range map[string]os.FileMode{dir: 0o700, logPath(dir): mode} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: got %v, %v, want %v", path, info, err, want)
			}
		}
	})
	t.Run("keeps three full files of a megabyte", func(t *testing.T) {
		dir := state(t)
		log, file := OpenLog(dir, slog.LevelInfo)
		record := strings.Repeat("x", size/4)
		for i := range 30 {
			log.Info(record, "n", i)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		files := waitForFiles(t, dir, 1+logKept)
		for _, file := range files {
			if info, err := file.Info(); err != nil || info.Size() > size || info.Mode().Perm() != mode {
				t.Errorf("%s: got %d bytes, %v, %v, want at most %d and %v", file.Name(), info.Size(), info.Mode(),
					err, size, os.FileMode(mode))
			}
		}
		if last, err := os.ReadFile(logPath(dir)); err != nil || !strings.HasSuffix(string(last), `"n":29}`+"\n") {
			t.Errorf("got %d bytes, %v, want the last record at the end of %s", len(last), err, logPath(dir))
		}
	})
	t.Run("is shared by two processes, whichever rotates it", func(t *testing.T) {
		dir := state(t)
		first, firstFile := OpenLog(dir, slog.LevelInfo)
		second, secondFile := OpenLog(dir, slog.LevelInfo)
		first.Info(strings.Repeat("x", size-500))
		first.Info(strings.Repeat("y", 1000)) // rotates
		second.Info("second")
		first.Info("first")
		_, _ = firstFile.Close(), secondFile.Close()
		text, err := os.ReadFile(logPath(dir))
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if err != nil || len(lines) != 3 || !strings.Contains(lines[1], `"second"`) || !strings.Contains(lines[2], `"first"`) {
			t.Errorf("got %d lines, %v, want the rotating record, second and first: %.3000s", len(lines), err, text)
		}
	})
	t.Run("refuses records once it is closed", func(t *testing.T) {
		dir := state(t)
		_, file := OpenLog(dir, slog.LevelInfo)
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := file.(*logFile).Write([]byte("late")); !errors.Is(err, os.ErrClosed) {
			t.Errorf("got %v, want %v", err, os.ErrClosed)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("got %v, want no new folder", err)
		}
	})
}

// waitForFiles returns the files of dir once there are as many as wanted: full logs are removed in the background.
func waitForFiles(t *testing.T, dir string, want int) []os.DirEntry {
	t.Helper()
	var files []os.DirEntry
	eventually(t, fmt.Sprintf("%d files in %s", want, dir), func() bool {
		var err error
		if files, err = os.ReadDir(dir); err != nil {
			t.Fatal(err)
		}
		return len(files) == want
	})
	return files
}

func testFilesAreOptionalForTheLog(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log, file := OpenLog(filepath.Join(blocked, "state"), slog.LevelInfo)
	log.Error("after close")
	if err := file.Close(); err != nil {
		t.Error(err)
	}
}

func testFilesHaveNoArgumentsOfCallsInTheLog(t *testing.T) {
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

func testFilesSplitTheBrowserCommand(t *testing.T) {
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
