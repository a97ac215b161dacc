package doctor

import (
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	for name, bound := range map[string]struct{ got, want any }{
		"checks_take_10_seconds":       {Limit, 10 * time.Second},
		"report_waits_a_second_longer": {grace, time.Second},
		"app_needs_16_MiB":             {leastSpace, 16 << 20},
		"computer_should_have_256_MiB": {lowSpace, 256 << 20},
		"lines_have_100_characters":    {textWidth, 100},
		"checks_with_a_title_are_15":   {len(titles), 15},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}

func TestRun(t *testing.T) {
	t.Run("returns_results_in_the_order_of_the_checks", func(t *testing.T) {
		second := make(chan struct{})
		results := Run(t.Context(), []Check{
			{Names: []string{"a"}, Run: func(context.Context) []Result { wait.Hold(t, second); return []Result{Good("a", "1")} }},
			{Names: []string{"b"}, Run: func(context.Context) []Result { close(second); return []Result{Good("b", "2")} }},
		})
		if want := []Result{Good("a", "1"), Good("b", "2")}; !slices.Equal(results, want) {
			t.Errorf("got %v, want %v", results, want)
		}
	})
	t.Run("does_not_wait_for_a_check_that_hangs", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		hold := make(chan struct{})
		defer close(hold)
		results := Run(ctx, []Check{
			{[]string{"a", "b"}, "Restart it.", func(context.Context) []Result { cancel(); wait.Hold(t, hold); return nil }},
			{Names: []string{"c"}, Run: func(ctx context.Context) []Result { <-ctx.Done(); return []Result{Good("c", "late")} }},
		})
		if len(results) != 3 || results[0].Code != "timeout" || results[1].Remedy != "Restart it." || results[2] != Good("c", "late") {
			t.Errorf("got %+v", results)
		}
	})
}

func TestPassed(t *testing.T) {
	if passed := []Result{Good("a", ""), Skip("b", ""), Warn("c", "", Fault{})}; !Passed(passed) {
		t.Errorf("%v is a failure", passed)
	}
	if failed := []Result{Good("a", ""), Fail("b", "", Fault{})}; Passed(failed) {
		t.Errorf("%v is no failure", failed)
	}
}

func TestReport(t *testing.T) {
	long := strings.Repeat("word ", 30)
	report := Report{Version: "1.2.3", Commit: "abc", Platform: "linux/amd64", Checks: []Result{
		Good(TCP, "connected"),
		Fail(Keyring, "", Fault{"keyring_locked", long + "“é”.", "Unlock it."}),
		Skip("another", "It does not apply."),
	}}
	t.Run("is_text_in_columns", func(t *testing.T) {
		var text bytes.Buffer
		if err := report.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{
			"FS Client Portal 1.2.3 abc linux/amd64\n\n", "ok       API: connection  connected\n", "failed   Keyring\n",
			"\n                          Cause:  word ", "\n                                  word ",
			"\n                          Remedy: Unlock it.\n",
			"skipped  another          It does not apply.\n", "\nok: 1, warning: 0, failed: 1, skipped: 1\n",
		} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%q is not in\n%s", want, text.String())
			}
		}
		for line := range strings.Lines(text.String()) {
			if len([]rune(line)) > textWidth+1 {
				t.Errorf("%q is longer than %d characters", line, textWidth)
			}
		}
	})
	t.Run("is_JSON", func(t *testing.T) {
		var text bytes.Buffer
		err := report.WriteJSON(&text)
		for _, want := range []string{`"ok": false`, `"check": "keyring"`, `"status": "failed"`, `"code": "keyring_locked"`,
			`"remedy": "Unlock it."`} {
			if err != nil || !strings.Contains(text.String(), want) {
				t.Errorf("%s is not in %s: %v", want, text.String(), err)
			}
		}
	})
}

func TestOlder(t *testing.T) {
	for name, test := range map[string]struct {
		version, minimum string
		want             bool
	}{
		"the_same": {"2.41.0", "2.41", false}, "newer": {"2.50.6", "2.41", false}, "older": {"2.38.5", "2.41", true},
		"fewer_digits": {"2.9.1", "2.41", true}, "shorter": {"2", "2.41", true}, "not_known": {"", "2.41", false},
		"without_a_minimum": {"1.0", "", false}, "of_WebView2": {"94.0.992.31", "94.0.992.31", false},
		"older_WebView2": {"94.0.992.9", "94.0.992.31", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := older(test.version, test.minimum); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}

func TestLoopback(t *testing.T) {
	check := func(listen func(network, address string) (net.Listener, error)) Result {
		return CheckLoopback(listen).Run(t.Context())[0]
	}
	t.Run("may_be_without_IPv6", func(t *testing.T) {
		got := check(func(network, address string) (net.Listener, error) {
			if network == "tcp6" {
				return nil, errors.New("no such address")
			}
			return net.Listen(network, address)
		})
		if got.Status != OK || !strings.Contains(got.Finding, "no ::1") {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("must_be_reachable", func(t *testing.T) {
		got := check(func(network, address string) (net.Listener, error) {
			listener, err := net.Listen("tcp4", "127.0.0.1:0")
			if err == nil {
				_ = listener.Close()
			}
			return listener, err
		})
		if got.Status != Failed || got.Finding != "127.0.0.1: an open port cannot be reached" {
			t.Errorf("got %+v", got)
		}
	})
}

func TestDisk(t *testing.T) {
	dir := t.TempDir()
	below := filepath.Join(dir, "not", "there")
	t.Run("of_a_folder_that_does_not_exist_is_that_above_it", func(t *testing.T) {
		if got := nearestFolder(below); got != dir {
			t.Errorf("got %s, want %s", got, dir)
		}
	})
	t.Run("is_left_as_it_was", func(t *testing.T) {
		got := CheckDisk(StateDisk, below, SystemDisk(filepath.Base)).Run(t.Context())[0]
		left, err := filepath.Glob(filepath.Join(dir, "*"))
		if got.Status == Failed || err != nil || len(left) != 0 {
			t.Errorf("got %+v, %v, %v, want an empty folder", got, left, err)
		}
	})
	t.Run("may_be_one_whose_space_is_not_known", func(t *testing.T) {
		disk := SystemDisk(filepath.Base)
		disk.Free = func(string) (uint64, error) { return 0, errors.New("no") }
		if got := CheckDisk(StateDisk, dir, disk).Run(t.Context())[0]; got.Status != OK {
			t.Errorf("got %+v", got)
		}
	})
}
