package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// programs is a folder of commands that is the whole PATH; each notes how it was called and ends as told.
func programs(t *testing.T, scripts map[string]string) (called func() string) {
	t.Helper()
	folder := t.TempDir()
	log := filepath.Join(folder, "log")
	for name, script := range scripts {
		text := "#!/bin/sh\necho \"" + name + " $*\" >>" + log + "\n" + script + "\n"
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", folder)
	t.Setenv("BROWSER", "")
	return func() string {
		content, _ := os.ReadFile(log)
		return strings.TrimSpace(string(content))
	}
}

func testLink() string { return newRedirect(portal.Google, "4711").newLink() }

func TestOnlyOurOwnShortLinkIsHandedToTheBrowser(t *testing.T) {
	called := programs(t, map[string]string{"xdg-open": "exit 0"})
	for _, other := range []string{
		"", "https://accounts.google.com/o/oauth2/auth?state=x", "file:///etc/passwd", "--version", testLink() + "?x=1", testLink() + " -new",
		"http://127.0.0.1.evil.example/start/" + secret(), strings.Replace(testLink(), "127.0.0.1", "localhost", 1), testLink() + "\n",
		strings.Replace(testLink(), startPath, "/callback/google?", 1), testLink() + ";reboot",
	} {
		if OpenBrowser(other) == nil || called() != "" {
			t.Errorf("%q was opened: %s", other, called())
		}
	}
	link := testLink()
	if err := OpenBrowser(link); err != nil || called() != "xdg-open "+link {
		t.Errorf("%v, called %q", err, called())
	}
}

func TestWhereXdgOpenIsMissingOrFailsTheUsersBrowserIsTried(t *testing.T) {
	for name, scripts := range map[string]map[string]string{
		"missing": {"firefox": "exit 0"}, "failing": {"xdg-open": "exit 3", "firefox": "exit 0"},
	} {
		called, link := programs(t, scripts), testLink()
		t.Setenv("BROWSER", "no-such-browser:firefox --new-tab %s")
		if err := OpenBrowser(link); err != nil || !strings.HasSuffix(called(), "firefox --new-tab "+link) {
			t.Errorf("%s: %v, called %q", name, err, called())
		}
	}
}

func TestABrowserThatCannotBeOpenedIsAnErrorWhateverBROWSERSays(t *testing.T) {
	for _, weird := range []string{"", ":", "  :%s", "%s", "no-such-browser", "/dev/null %s", "\x01", "$(reboot)", strings.Repeat("x:", 1000)} {
		programs(t, nil)
		t.Setenv("BROWSER", weird)
		if err := OpenBrowser(testLink()); err == nil {
			t.Errorf("%q was said to have opened a browser", weird)
		}
	}
}
