//go:build packages

package packages

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

// windows is a new installation of wine, which runs the programs for Windows.
type windows struct {
	t           *testing.T
	environment []string
	drive       string
}

const (
	uninstallKeys = `HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall`
	uninstallKey  = uninstallKeys + `\FS Client Portal`
	policyKey     = `HKLM\Software\Policies\FS\ClientPortal`
	linkKey       = `HKLM\Software\Classes\fsportal\shell\open\command`
	installerKey  = `HKLM\Software\FS`
	address       = "https://portal.example.com"
)

func newWindows(t *testing.T) *windows {
	t.Helper()
	prefix := t.TempDir()
	w := &windows{t: t, drive: filepath.Join(prefix, "drive_c")}
	w.environment = []string{"WINEPREFIX=" + prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml="}
	t.Cleanup(func() { _, _ = command(t, "", w.environment, "wineserver", "-k") })
	succeed(t, "", w.environment, "wineserver", "-p600") // it stays between two programs
	w.wine("wineboot", "-i")
	succeed(t, "", nil, "x86_64-w64-mingw32-gcc", "-shared", "-o", filepath.Join(w.drive, "windows/system32/bcryptprimitives.dll"),
		"testdata/bcryptprimitives.c", "-ladvapi32")
	return w
}

// in returns w for a part of a test.
func (w windows) in(t *testing.T) *windows {
	w.t = t
	return &w
}

// program is wine's, which Debian keeps off the path where only 64-bit programs can run.
func program() string {
	if path, err := exec.LookPath("wine64"); err == nil {
		return path
	}
	return "/usr/lib/wine/wine64"
}

// run runs a program for Windows and returns its output and its exit code.
func (w *windows) run(arguments ...string) (string, int) {
	w.t.Helper()
	output, err := command(w.t, "", w.environment, program(), arguments...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("%v: %v\n%s", arguments, err, output)
	}
	if exit != nil {
		return output, exit.ExitCode()
	}
	return output, 0
}

// wine runs a program for Windows that must succeed.
func (w *windows) wine(arguments ...string) string {
	w.t.Helper()
	output, code := w.run(arguments...)
	if code != 0 {
		w.t.Fatalf("%v ended with %d\n%s", arguments, code, output)
	}
	return output
}

// value returns a value of the registry, "" if there is none.
func (w *windows) value(key, name string) string {
	w.t.Helper()
	query := []string{"reg", "query", key, "/v", name}
	if name == "" {
		query = []string{"reg", "query", key, "/ve"}
	}
	output, _ := w.run(query...)
	for line := range strings.Lines(output) {
		if _, text, found := strings.Cut(line, "REG_SZ"); found {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

func (w *windows) want(key, name, want string) {
	w.t.Helper()
	if got := w.value(key, name); got != want {
		w.t.Errorf("got %q for %s of %s, want %q", got, name, key, want)
	}
}

// app is the path of the installed app below drive C.
const app = "Program Files/FS/Client Portal/fs-client-portal.exe"

func (w *windows) path(below string) string { return filepath.Join(w.drive, below) }

// wantVersion tests that the installed app runs and prints its version.
func (w *windows) wantVersion(file, want string) {
	w.t.Helper()
	if output, code := w.run(w.path(file), "--version"); code != 0 || !strings.Contains(output, want+" ") {
		w.t.Errorf("got %q (exit code %d), want the version %s", output, code, want)
	}
}

// wantNothing tests that no file and no key of the app is left.
func (w *windows) wantNothing() {
	w.t.Helper()
	_ = filepath.WalkDir(w.drive, func(path string, _ fs.DirEntry, _ error) error {
		if name := filepath.Base(path); strings.Contains(name, "Client Portal") || name == "FS" {
			w.t.Errorf("%s is left", path)
		}
		return nil
	})
	w.want(policyKey, "ApiUrl", "")
	w.want(linkKey, "", "")
	w.want(uninstallKey, "DisplayVersion", "")
	if output, code := w.run("reg", "query", installerKey); code == 0 {
		w.t.Errorf("the registry still has %s", output)
	}
}

func (w *windows) wantShortcut(want bool) {
	w.t.Helper()
	found, _ := filepath.Glob(w.path("users/*/Desktop/FS Client Portal*.lnk"))
	if (len(found) > 0) != want {
		w.t.Errorf("got the shortcuts %v on the desktop, want some: %v", found, want)
	}
}

// theirs is the path of a file as a program for Windows reads it.
func theirs(path string) string { return `Z:` + strings.ReplaceAll(path, "/", `\`) }

func TestMSI(t *testing.T) {
	w := newWindows(t)
	first, second := theirs(files(t, "*.msi", 1)[0]), theirs(w.upgrade("amd64.msi"))
	t.Run("refuses_an_address_without_https", func(t *testing.T) {
		w := w.in(t)
		if output, code := w.run("msiexec", "/i", first, "/qn", "APIURL=portal.example.com"); code == 0 {
			t.Errorf("got the exit code 0, want a failure\n%s", output)
		}
		w.wantNothing()
	})
	t.Run("installs_silently_with_properties", func(t *testing.T) {
		w := w.in(t)
		w.wine("msiexec", "/i", first, "/qn", "APIURL="+address, "DESKTOPSHORTCUT=1")
		w.wantVersion(app, version(t))
		w.want(policyKey, "ApiUrl", address)
		w.want(linkKey, "", `"C:\Program Files\FS\Client Portal\fs-client-portal.exe" "%1"`)
		w.wantShortcut(true)
	})
	t.Run("upgrade_keeps_the_properties", func(t *testing.T) {
		w := w.in(t)
		w.wine("msiexec", "/i", second, "/qn")
		w.want(policyKey, "ApiUrl", address)
		w.wantShortcut(true)
		if output := w.wine("reg", "query", uninstallKeys, "/s"); !strings.Contains(output, "99.0.0") {
			t.Errorf("got the installed programs %s, want version 99.0.0", output)
		}
	})
	t.Run("refuses_a_downgrade", func(t *testing.T) {
		w := w.in(t)
		if output, code := w.run("msiexec", "/i", first, "/qn"); code == 0 {
			t.Errorf("got the exit code 0, want a failure\n%s", output)
		}
		w.want(policyKey, "ApiUrl", address)
	})
	t.Run("removes_everything_silently", func(t *testing.T) {
		w := w.in(t)
		w.wine("msiexec", "/x", second, "/qn")
		w.wantNothing()
		w.wantShortcut(false)
	})
	t.Run("installs_into_another_folder_and_keeps_it", func(t *testing.T) {
		w := w.in(t)
		const other = "Apps/Portal/fs-client-portal.exe"
		w.wine("msiexec", "/i", first, "/qn", `INSTALLDIR=C:\Apps\Portal`)
		w.wantVersion(other, version(t))
		w.wine("msiexec", "/i", second, "/qn")
		w.wantVersion(other, version(t))
		w.wantShortcut(false)
		w.wine("msiexec", "/x", second, "/qn")
		if _, err := os.Stat(w.path(other)); err == nil {
			t.Error("the app is left")
		}
	})
}

// upgrade returns a package of a higher version.
func (w *windows) upgrade(kind string) string {
	w.t.Helper()
	found, err := filepath.Glob(filepath.Join(absolute(w.t, "../cache/next"), "fs-client-portal-99.0.0*-windows-"+kind))
	if err != nil || len(found) != 1 {
		w.t.Fatalf("got the packages %v (%v), want one of %s; run build/package --next", found, err, kind)
	}
	return found[0]
}

func TestSetup(t *testing.T) {
	w := newWindows(t)
	first, second := files(t, "*-windows-amd64-setup.exe", 1)[0], w.upgrade("amd64-setup.exe")
	const uninstaller = "Program Files/FS/Client Portal/uninstall.exe"
	for name, c := range map[string]struct {
		options []string
		want    int
	}{
		"without_WebView2":                {[]string{"/S", "/AllUsers"}, 66},
		"an_address_for_one_user":         {[]string{"/S", "/CurrentUser", "/NoWebView2Check", "/APIURL=" + address}, 69},
		"an_address_that_is_not_of_https": {[]string{"/S", "/AllUsers", "/NoWebView2Check", "/APIURL=http://portal.example.com"}, 70},
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			w := w.in(t)
			if output, code := w.run(append([]string{first}, c.options...)...); code != c.want {
				t.Errorf("got the exit code %d, want %d\n%s", code, c.want, output)
			}
			w.wantNothing()
		})
	}
	t.Run("installs_for_all_users", func(t *testing.T) {
		w := w.in(t)
		w.wine(first, "/S", "/AllUsers", "/NoWebView2Check", "/APIURL="+address, "/DESKTOPSHORTCUT=1")
		w.wantVersion(app, version(t))
		w.want(policyKey, "ApiUrl", address)
		w.want(linkKey, "", `"C:\Program Files\FS\Client Portal\fs-client-portal.exe" "%1"`)
		w.wantShortcut(true)
		if output, err := authenticode(t, w.path(uninstaller)); err != nil {
			t.Errorf("the uninstaller is not signed: %v\n%s", err, output)
		}
	})
	t.Run("upgrade_closes_the_running_app", func(t *testing.T) {
		w := w.in(t)
		// Wine has no WebView2, so another program with a window takes the app's place.
		succeed(t, "", nil, "cp", w.path("windows/system32/notepad.exe"), w.path(app))
		running := exec.CommandContext(t.Context(), program(), w.path(app))
		running.Env = append(os.Environ(), w.environment...)
		ended := make(chan error, 1)
		if err := running.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { ended <- running.Wait() }()
		wait.Until(t, time.Minute, "the window", func() bool {
			_, err := command(t, "", nil, "xdotool", "search", "--name", "Notepad")
			return err == nil
		})
		w.wine(second, "/S", "/AllUsers", "/NoWebView2Check")
		select {
		case <-ended:
		case <-time.After(wait.Timeout(time.Minute)):
			t.Error("timed out waiting for the end of the app")
		}
		w.want(uninstallKey, "DisplayVersion", "99.0.0")
		w.want(policyKey, "ApiUrl", address)
	})
	t.Run("refuses_a_downgrade", func(t *testing.T) {
		w := w.in(t)
		if output, code := w.run(first, "/S", "/AllUsers", "/NoWebView2Check"); code != 68 {
			t.Errorf("got the exit code %d, want 68\n%s", code, output)
		}
	})
	t.Run("removal_leaves_other_files", func(t *testing.T) {
		w := w.in(t)
		other := w.path("Program Files/FS/Client Portal/notes.txt")
		if err := os.WriteFile(other, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.uninstall(uninstaller, "/AllUsers")
		if err := os.Remove(other); err != nil {
			t.Error("the file of the user was removed")
		}
		_ = os.Remove(filepath.Dir(other))
		_ = os.Remove(filepath.Dir(filepath.Dir(other)))
		w.wantNothing()
		w.wantShortcut(false)
	})
	t.Run("installs_for_one_user", func(t *testing.T) {
		w := w.in(t)
		w.wine(first, "/S", "/CurrentUser", "/NoWebView2Check")
		found, _ := filepath.Glob(w.path("users/*/AppData/Local/Programs/FS/Client Portal/uninstall.exe"))
		if len(found) != 1 {
			t.Fatalf("got the uninstallers %v, want one", found)
		}
		below, _ := filepath.Rel(w.drive, found[0])
		w.uninstall(below, "/CurrentUser")
		w.wantNothing()
	})
}

// uninstall runs the uninstaller, which goes on as a copy of itself, and waits until it has removed the first.
func (w *windows) uninstall(file, mode string) {
	w.t.Helper()
	w.wine(w.path(file), "/S", mode)
	wait.Until(w.t, time.Minute, "the removal of the uninstaller", func() bool {
		_, err := os.Stat(w.path(file))
		return errors.Is(err, fs.ErrNotExist)
	})
	wait.Until(w.t, time.Minute, "the end of the uninstaller's copy", func() bool {
		_, err := command(w.t, "", nil, "pgrep", "-f", "~nsu")
		return err != nil
	})
}
