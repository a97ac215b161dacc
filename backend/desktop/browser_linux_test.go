package desktop

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// programs returns a folder of commands that is the whole PATH. Each records its call and runs its script.
func programs(t *testing.T, scripts map[string]string) (called func() string) {
	t.Helper()
	folder := t.TempDir()
	log := filepath.Join(folder, "log")
	for name, script := range scripts {
		text := "#!/bin/sh\nprintf '%s' '" + name + "' >>" + log +
			"\nfor word; do printf '|%s' \"$word\" >>" + log + "; done\necho >>" + log + "\n" + script + "\n"
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

func testLink() string { return "http://127.0.0.1:4711/start/" + rand.Text() + rand.Text() }

func TestOpenBrowser(t *testing.T) {
	t.Run("opens_only_links_dashboards_and_the_page_of_policy", testOpenBrowserOpensOnlyItsLinks)
	t.Run("tries_other_programs_without_xdg_open", testOpenBrowserTriesOtherProgramsWithoutXdgOpen)
	t.Run("returns_an_error_whatever_BROWSER_is", testOpenBrowserReturnsAnErrorWhateverBROWSERIs)
}

func testOpenBrowserOpensOnlyItsLinks(t *testing.T) {
	const managedBy = "https://it.example.com:8443/help/Portal"
	called := programs(t, map[string]string{"xdg-open": "exit 0"})
	for _, other := range []string{
		"", "https://accounts.google.com/o/oauth2/auth?state=x", "file:///etc/passwd", "--version", testLink() + "?x=1", testLink() + " -new",
		"http://127.0.0.1.evil.example/start/" + rand.Text(), strings.Replace(testLink(), "127.0.0.1", "localhost", 1), testLink() + "\n",
		strings.Replace(testLink(), "/start/", "/callback/google?", 1), testLink() + ";reboot",
		"https://dashboard.example", "https://dashboard.example/?x=1", "https://dashboard.example/path", "http://dashboard.example/",
		"https://user@dashboard.example/", "https://dashboard.example:8443/", "https://dashboard.example/\n", "https://dash$(id).example/",
		managedBy + "/", "https://it.example.com:8443/help/other",
	} {
		if OpenBrowser(silentLog, other, managedBy) == nil || called() != "" {
			t.Errorf("%q was opened: %s", other, called())
		}
	}
	link, dashboard := testLink(), "https://rc-dashboard.example.com/"
	for _, opened := range []string{link, dashboard, managedBy} {
		if err := OpenBrowser(silentLog, opened, managedBy); err != nil {
			t.Errorf("%q was not opened: %v", opened, err)
		}
	}
	if got, want := called(), "xdg-open|"+link+"\nxdg-open|"+dashboard+"\nxdg-open|"+managedBy; got != want {
		t.Errorf("got the calls %q, want %q", got, want)
	}
}

func TestNamedBrowser(t *testing.T) {
	const link = "{link}"
	for name, test := range map[string]struct{ browser, want string }{
		"one_word":                    {"firefox", "firefox|{link}"},
		"words":                       {"firefox --new-tab %s --x", "firefox|--new-tab|{link}|--x"},
		"words_without_place":         {"firefox --new-tab", "firefox|--new-tab|{link}"},
		"double_quotes":               {`"firefox" "--profile=my own" "%s"`, "firefox|--profile=my own|{link}"},
		"single_quotes":               {`firefox '-P "x"' '%s'`, `firefox|-P "x"|{link}`},
		"place_inside_a_word":         {"firefox --app=%s", "firefox|--app={link}"},
		"backslash":                   {`firefox my\ own`, "firefox|my own|{link}"},
		"backslash_in_single_quotes":  {`firefox 'my\own'`, `firefox|my\own|{link}`},
		"backslash_in_double_quotes":  {`firefox "my\"own"`, `firefox|my"own|{link}`},
		"tabs_and_line_ends":          {"firefox\t-a\n-b", "firefox|-a|-b|{link}"},
		"blanks_between_colons":       {" :firefox: ", "firefox|{link}"},
		"percent":                     {"firefox 100%% %%s", "firefox|100%|%s|{link}"},
		"empty_word":                  {`firefox "" %s`, "firefox||{link}"},
		"quoted_path_with_blanks":     {`"{folder}/My Browser" -n %s`, "My Browser|-n|{link}"},
		"unquoted_path_with_blanks":   {`{folder}/My Browser`, "My Browser|{link}"},
		"colon_in_quotes":             {`firefox "a:b"`, "firefox|a:b|{link}"},
		"second_of_two":               {"no-such-browser:firefox -n %s", "firefox|-n|{link}"},
		"second_where_first_fails":    {"failing %s:firefox", "failing|{link}\nfirefox|{link}"},
		"none_of_two":                 {"no-such-browser:failing", "failing|{link}\nxdg-open|{link}"},
		"quote_without_end":           {`"firefox %s`, "xdg-open|{link}"},
		"backslash_without_end":       {`firefox \`, "xdg-open|{link}"},
		"only_a_place":                {"%s", "xdg-open|{link}"},
		"only_colons":                 {" : :", "xdg-open|{link}"},
		"empty_program":               {`"" %s`, "xdg-open|{link}"},
		"not_set":                     {"", "xdg-open|{link}"},
		"what_a_shell_would_run":      {"$(firefox)", "xdg-open|{link}"},
		"semicolon_is_no_other_start": {"firefox;failing", "xdg-open|{link}"},
	} {
		t.Run(name, func(t *testing.T) {
			called := programs(t, map[string]string{"xdg-open": "exit 0", "firefox": "exit 0", "failing": "exit 3",
				"My Browser": "exit 0"})
			t.Setenv("BROWSER", strings.ReplaceAll(test.browser, "{folder}", os.Getenv("PATH")))
			real := testLink()
			if err := OpenBrowser(silentLog, real, ""); err != nil {
				t.Fatal(err)
			}
			if got, want := called(), strings.ReplaceAll(test.want, link, real); got != want {
				t.Errorf("BROWSER=%s called %q, want %q", test.browser, got, want)
			}
		})
	}
	t.Run("is_logged_where_it_fails_without_the_link", func(t *testing.T) {
		programs(t, map[string]string{"xdg-open": "exit 0"})
		t.Setenv("BROWSER", `no-such-browser %s:"firefox %s`)
		var text bytes.Buffer
		real := testLink()
		if err := OpenBrowser(slog.New(slog.NewTextHandler(&text, nil)), real, ""); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"entry=1", "no-such-browser", "entry=2", "has no end"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("log %q should say %q", text.String(), want)
			}
		}
		if strings.Contains(text.String(), real) {
			t.Errorf("log %q holds the link", text.String())
		}
	})
	t.Run("of_blanks_alone_is_none", func(t *testing.T) {
		if got := alternatives(" :a: :\t:b:"); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("got %q, want a and b", got)
		}
	})
	t.Run("that_ran_long_showed_the_link", func(t *testing.T) {
		ended := exec.Command("/bin/sh", "-c", "exit 1").Run()
		if linkShown(ended, time.Second) || !linkShown(ended, shownAfter) || linkShown(exec.ErrNotFound, time.Hour) {
			t.Error("only a browser that ran for long and then ended with an error showed the link")
		}
	})
}

func FuzzBrowserCommand(f *testing.F) {
	for _, seed := range []string{`"a b" %s:c 'd`, `\\:\`, "%%s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, commands string) {
		const link = "http://127.0.0.1:1/start/AAAAAAAAAAAAAAAAAAAA"
		for _, command := range alternatives(commands) {
			words, err := browserWords(command, link)
			if err != nil {
				continue
			}
			if len(words) < 2 || words[0] == "" || !strings.Contains(strings.Join(words[1:], " "), link) {
				t.Errorf("%q became %q", command, words)
			}
		}
	})
}

func testOpenBrowserTriesOtherProgramsWithoutXdgOpen(t *testing.T) {
	for name, scripts := range map[string]map[string]string{
		"missing": {"firefox": "exit 0"}, "failing": {"xdg-open": "exit 3", "firefox": "exit 0"},
	} {
		called, link := programs(t, scripts), testLink()
		t.Setenv("BROWSER", "no-such-browser:firefox --new-tab %s")
		if err := OpenBrowser(silentLog, link, ""); err != nil || !strings.HasSuffix(called(), "firefox|--new-tab|"+link) {
			t.Errorf("%s: %v, called %q", name, err, called())
		}
	}
}

func testOpenBrowserReturnsAnErrorWhateverBROWSERIs(t *testing.T) {
	for _, weird := range []string{"", ":", "  :%s", "%s", "no-such-browser", "/dev/null %s", "\x01", "$(reboot)",
		strings.Repeat("x:", 1000)} {
		programs(t, nil)
		t.Setenv("BROWSER", weird)
		if err := OpenBrowser(silentLog, testLink(), ""); err == nil {
			t.Errorf("%q opened a browser", weird)
		}
	}
}
