package desktop

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/desktop/doctor"
	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/desktop/policy"
	"fs-client-portal/backend/desktop/webview"
	"fs-client-portal/backend/portal"
)

// portalAPI replies as the portal's API of a version does.
func portalAPI(version string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if version != "" {
			w.Header().Set(portal.APIHeader, version)
		}
		reply(w, 200, map[string]any{"providers": []portal.Provider{{ID: portal.Google, Name: "Google", Kind: "oidc"}}})
	}
}

// shiftedClock differs from the system's clock.
type shiftedClock struct {
	systemClock
	by time.Duration
}

func (c shiftedClock) Now() time.Time { return time.Now().Add(c.by) }

// forgetfulKeyring stores an entry and returns another.
type forgetfulKeyring struct{ *memoryKeyring }

func (forgetfulKeyring) Get(string, string) (string, error) { return "another", nil }

// lockedKeyring reports its state, as the system's does; to write would open a prompt.
type lockedKeyring struct {
	keyring.Keyring
	t *testing.T
}

func (lockedKeyring) Look() error { return &keyring.Fault{Cause: keyring.Locked, Evidence: "locked"} }

func (k lockedKeyring) Set(string, string, string) error {
	k.t.Error("a locked keyring was written to")
	return nil
}

func (lockedKeyring) Delete(string, string) error { return keyring.ErrNotFound }

// healthyComputer has no fault.
func healthyComputer(t *testing.T) computer {
	t.Helper()
	for _, name := range []string{"FSPORTAL_CA_FILE", "FSPORTAL_LOG", "BROWSER", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"} {
		t.Setenv(name, "")
		t.Setenv(strings.ToLower(name), "")
	}
	programs := t.TempDir()
	writeTestFile(t, filepath.Join(programs, "xdg-open"), "#!/bin/sh\n")
	t.Setenv("PATH", programs)
	c := newComputer("1.2.3", "abcdef1", t.TempDir(), t.TempDir(), &memoryKeyring{})
	c.policy = func() (policy.Policy, error) { return policy.Policy{}, nil }
	c.webView = func() (webview.Library, error) {
		return webview.Library{Name: "WebKitGTK", Version: "2.50.6", Minimum: "2.41"}, nil
	}
	c.disk.Free = func(string) (uint64, error) { return 8 << 30, nil }
	callsAt(plainly(portalAPI(portal.APIVersion)))(t, &c)
	return c
}

func writeTestFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
}

// callsAt makes a place the API's.
func callsAt(at func(*testing.T) place) func(*testing.T, *computer) {
	return func(t *testing.T, c *computer) {
		where := at(t)
		t.Setenv("FSPORTAL_API_URL", where.url)
		c.client = func(address string, _ Settings) *apiClient {
			client := newAPIClient(address, "1", where.roots, slog.New(slog.DiscardHandler))
			transport := client.connections.inUse()
			if where.set != nil {
				where.set(client, transport)
				client.connections.make = transport.Clone
			}
			return client
		}
	}
}

// policyFrom reads the policy from a file with this content.
func policyFrom(content string) func(*testing.T, *computer) {
	return func(t *testing.T, c *computer) {
		path := filepath.Join(t.TempDir(), "policy.json")
		writeTestFile(t, path, content)
		c.policy = func() (policy.Policy, error) {
			content, err := os.ReadFile(path)
			if err != nil {
				return policy.Policy{}, err
			}
			return policy.FromJSON(content)
		}
	}
}

type doctorCase struct {
	name   string
	set    func(*testing.T, *computer)
	check  string
	status doctor.Status
	code   string
	cause  string
	remedy string
}

var doctorCases = []doctorCase{
	{"a_name_that_nobody_has", callsAt(nameServer(3)), doctor.DNS, doctor.Failed, causeUnknownName,
		"portal.example.com is known", "typing errors"},
	{"a_name_server_that_fails", callsAt(nameServer(2)), doctor.DNS, doctor.Failed, causeNoLookup, "could not be looked up", "VPN"},
	{"a_refused_connection", callsAt(func(t *testing.T) place { return place{url: "http://" + closedPort(t)} }),
		doctor.TCP, doctor.Failed, causeRefused, "refuses connections", "its port"},
	{"no_network", callsAt(dialing(syscall.ENETUNREACH)), doctor.TCP, doctor.Failed, causeNoNetwork, "no way", "VPN"},
	{"a_server_that_says_nothing", callsAt(func(t *testing.T) place {
		silent := raw(t, func(c net.Conn) { <-t.Context().Done(); _ = c.Close() })
		return place{url: "http://" + silent, set: func(c *apiClient, _ *http.Transport) { c.http.SetTimeout(50 * time.Millisecond) }}
	}), doctor.HTTP, doctor.Failed, causeTimeout, "did not reply in time", "wait a few minutes"},
	{"a_server_that_closes_the_connection", callsAt(func(t *testing.T) place {
		return place{url: "http://" + raw(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)); _ = c.Close() })}
	}), doctor.HTTP, doctor.Failed, causeBroken, "broke", "firewall or VPN"},
	{"a_certificate_of_an_unknown_issuer", callsAt(func(t *testing.T) place {
		p := withCertificate("127.0.0.1", -time.Hour, time.Hour)(t)
		p.roots = x509.NewCertPool()
		return p
	}), doctor.TLS, doctor.Failed, causeUntrusted, "“Test CA”", "CaFile"},
	{"an_expired_certificate", callsAt(withCertificate("127.0.0.1", -48*time.Hour, -24*time.Hour)), doctor.TLS, doctor.Failed,
		causeExpired, "was valid until", "renew the certificate"},
	{"a_certificate_of_tomorrow", callsAt(withCertificate("127.0.0.1", 24*time.Hour, 48*time.Hour)), doctor.TLS, doctor.Failed,
		causeNotYetValid, "is valid from", "set date and time"},
	{"a_certificate_of_another_host", callsAt(withCertificate("other.example", -time.Hour, time.Hour)), doctor.TLS, doctor.Failed,
		causeWrongName, "“other.example”", "another server"},
	{"outdated_TLS", callsAt(func(t *testing.T) place { return place{url: "https://" + raw(t, oldServerHello)} }),
		doctor.TLS, doctor.Failed, causeOldTLS, "outdated encryption", "update the server"},
	{"a_client_certificate_that_is_asked_for", callsAt(withTLS(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert },
		portalAPI("1"))), doctor.TLS, doctor.Failed, causeClientCert, "client certificate", "Ask your IT"},
	{"a_server_without_TLS", callsAt(func(t *testing.T) place {
		p := plainly(webPage(200))(t)
		p.url = "https" + strings.TrimPrefix(p.url, "http")
		return p
	}), doctor.TLS, doctor.Failed, causeNoTLS, "could not agree", "its port"},
	{"a_proxy_that_needs_a_password", callsAt(throughProxy(407)), doctor.Proxy, doctor.Failed, causeProxyAuth, "user name and password",
		"Ask your IT"},
	{"a_proxy_that_refuses", callsAt(throughProxy(403)), doctor.Proxy, doctor.Failed, causeProxyRefused, "HTTP 403", "Ask your IT"},
	{"a_proxy_that_finds_no_portal", callsAt(throughProxy(502)), doctor.Proxy, doctor.Failed, causeProxyFailed, "could not connect",
		"portal's address"},
	{"a_proxy_that_does_not_run", callsAt(func(t *testing.T) place {
		return place{url: "https://portal.example.com", set: useProxy(t, "http://"+closedPort(t))}
	}), doctor.Proxy, doctor.Failed, causeProxyDown, "cannot be reached", "company network or VPN"},
	{"a_proxy_setting_that_cannot_be_used", func(t *testing.T, _ *computer) {
		t.Setenv("FSPORTAL_API_URL", "https://portal.example.com")
		t.Setenv("HTTPS_PROXY", "gopher://ada:topsecret@proxy:1")
	}, doctor.Proxy, doctor.Failed, "proxy_invalid", "cannot be used", "Correct the proxy"},
	{"the_page_of_a_guest_network", callsAt(plainly(webPage(200))), doctor.HTTP, doctor.Failed, causeCaptive, "web page", "open a browser"},
	{"a_redirect", callsAt(redirecting(302)), doctor.HTTP, doctor.Failed, causeMoved, "“https://new.example.org”", "new address"},
	{"a_gateway_without_a_portal", callsAt(plainly(webPage(503))), doctor.HTTP, doctor.Failed, causeGateway, "HTTP 503",
		"in a few minutes"},
	{"a_portal_without_its_database", callsAt(plainly(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, 503, portal.Errorf(portal.Unavailable, "The portal is not available at the moment."))
	})), doctor.HTTP, doctor.Failed, "unavailable", "not available", "in a few minutes"},
	{"an_address_without_a_portal", callsAt(plainly(webPage(404))), doctor.HTTP, doctor.Failed, causeWrongAddress, "HTTP 404",
		"Check the address"},
	{"another_API", callsAt(plainly(func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{"ok": true}) })),
		doctor.HTTP, doctor.Failed, causeWrongAddress, "no portal", "Check the address"},
	{"an_older_API", callsAt(plainly(portalAPI(""))), doctor.API, doctor.Failed, "api_too_old", "older version",
		"operator of the portal to update"},
	{"a_newer_API", callsAt(plainly(portalAPI("2"))), doctor.API, doctor.Failed, "app_too_old", "newer version", "Update the app"},
	{"a_clock_that_is_10_minutes_ahead", func(_ *testing.T, c *computer) { c.clock = shiftedClock{by: 10 * time.Minute} },
		doctor.Clock, doctor.Failed, "clock_wrong", "more than 30s", "Set date, time"},
	{"a_clock_that_is_10_minutes_behind", func(_ *testing.T, c *computer) { c.clock = shiftedClock{by: -10 * time.Minute} },
		doctor.Clock, doctor.Failed, "clock_wrong", "more than 30s", "Set date, time"},
	{"a_clock_that_is_2_minutes_ahead", func(_ *testing.T, c *computer) { c.clock = shiftedClock{by: 2 * time.Minute} },
		doctor.Clock, doctor.Warning, "clock_wrong", "more than 30s", "Set date, time"},
	{"no_keyring", func(_ *testing.T, c *computer) {
		c.keyring.(*memoryKeyring).fail(&keyring.Fault{Cause: keyring.Absent, Evidence: "no session bus"})
	}, doctor.Keyring, doctor.Failed, keyring.Absent, "No keyring runs", "Start GNOME Keyring"},
	{"a_locked_keyring", func(t *testing.T, c *computer) { c.keyring = lockedKeyring{t: t} },
		doctor.Keyring, doctor.Failed, keyring.Locked, "is locked", "Unlock it"},
	{"a_keyring_that_forgets", func(_ *testing.T, c *computer) { c.keyring = forgetfulKeyring{&memoryKeyring{}} },
		doctor.Keyring, doctor.Failed, keyring.Locked, "is locked", "Unlock it"},
	{"a_policy_that_cannot_be_read", func(_ *testing.T, c *computer) {
		c.policy = func() (policy.Policy, error) {
			return policy.Policy{}, &fs.PathError{Op: "open", Path: "/etc/x", Err: fs.ErrPermission}
		}
	}, doctor.Policy, doctor.Failed, "policy_unreadable", "may not read it", "all users"},
	{"a_policy_with_a_value_of_another_type", policyFrom(`{"AllowExport":"perhaps"}`),
		doctor.Policy, doctor.Failed, "policy_invalid", "cannot be used", "correct this key"},
	{"a_policy_that_is_no_JSON", policyFrom(`AllowExport=no`), doctor.Policy, doctor.Failed, "policy_invalid", "cannot be used", "correct"},
	{"a_policy_key_that_is_not_known", policyFrom(`{"Colour":"blue"}`), doctor.Settings, doctor.Warning, "settings_ignored",
		"is not used", "typing errors"},
	{"a_file_of_certificates_that_is_not_there", func(t *testing.T, _ *computer) { t.Setenv("FSPORTAL_CA_FILE", "/nowhere/ca.pem") },
		doctor.Settings, doctor.Failed, "settings_invalid", "does not start", "Correct this setting"},
	{"no_address_of_the_API", func(t *testing.T, _ *computer) { t.Setenv("FSPORTAL_API_URL", "") },
		doctor.Settings, doctor.Warning, "no_api_url", "Neither policy", "first screen"},
	{"no_browser", func(t *testing.T, _ *computer) { t.Setenv("PATH", t.TempDir()) },
		doctor.Browser, doctor.Failed, "no_browser", "no command", "xdg-utils"},
	{"a_named_browser_that_is_not_there", func(t *testing.T, _ *computer) { t.Setenv("BROWSER", "/nowhere/firefox %s") },
		doctor.Browser, doctor.Warning, "browser_not_found", "$BROWSER", "Correct $BROWSER"},
	{"a_full_disk", func(_ *testing.T, c *computer) { c.disk.Free = func(string) (uint64, error) { return 4 << 20, nil } },
		doctor.StateDisk, doctor.Failed, "disk_full", "not enough space", "Delete files"},
	{"little_space", func(_ *testing.T, c *computer) { c.disk.Free = func(string) (uint64, error) { return 100 << 20, nil } },
		doctor.ConfDisk, doctor.Warning, "disk_low", "little space", "Delete files"},
	{"a_state_folder_that_cannot_be_written", func(_ *testing.T, c *computer) {
		c.disk.Try = func(string) error { return &fs.PathError{Op: "open", Path: "/x", Err: syscall.EROFS} }
	}, doctor.StateDisk, doctor.Failed, "folder_not_writable", "cannot write", "the right to write"},
	{"a_settings_folder_that_is_a_file", func(t *testing.T, c *computer) {
		file := filepath.Join(t.TempDir(), "file")
		writeTestFile(t, file, "")
		c.configDir = filepath.Join(file, "fs-client-portal")
	}, doctor.ConfDisk, doctor.Failed, "folder_not_writable", "cannot write", "the right to write"},
	{"no_loopback", func(_ *testing.T, c *computer) {
		c.listen = func(string, string) (net.Listener, error) { return nil, errors.New("no") }
	}, doctor.Loopback, doctor.Failed, "no_loopback", "no port", "security software"},
	{"no_web_view", func(_ *testing.T, c *computer) {
		c.webView = func() (webview.Library, error) { return webview.Library{Name: "WebView2"}, webview.ErrMissing }
	}, doctor.WebView, doctor.Failed, "web_view_missing", "not installed", "Evergreen Runtime"},
	{"a_web_view_that_is_too_old", func(_ *testing.T, c *computer) {
		c.webView = func() (webview.Library, error) {
			return webview.Library{Name: "WebKitGTK", Version: "2.38.5", Minimum: "2.41"}, nil
		}
	}, doctor.WebView, doctor.Failed, "web_view_too_old", "2.41 or newer", "update the system"},
	{"a_web_view_without_its_program", func(_ *testing.T, c *computer) {
		c.webView = func() (webview.Library, error) {
			return webview.Library{Name: "WebKitGTK", Version: "2.50.6", Incomplete: true}, nil
		}
	}, doctor.WebView, doctor.Warning, "web_view_incomplete", "WebKitWebProcess", "reinstall"},
}

func TestDoctor(t *testing.T) {
	for _, test := range doctorCases {
		t.Run("reports_"+test.name, func(t *testing.T) {
			c := healthyComputer(t)
			test.set(t, &c)
			report := c.examine(t.Context())
			got := report.Checks[slices.IndexFunc(report.Checks, func(r doctor.Result) bool { return r.Check == test.check })]
			if got.Status != test.status || got.Code != test.code || !strings.Contains(got.Cause, test.cause) ||
				!strings.Contains(got.Remedy, test.remedy) || got.Finding == "" {
				t.Errorf("got %+v, want %s, %s, cause %q, remedy %q", got, test.status, test.code, test.cause, test.remedy)
			}
			if report.OK != (test.status != doctor.Failed) {
				t.Errorf("the report is ok: %t: %+v", report.OK, report.Checks)
			}
			if shown, err := json.Marshal(report); err != nil || strings.Contains(string(shown), "topsecret") {
				t.Errorf("a secret is shown: %s: %v", shown, err)
			}
		})
	}
	t.Run("finds_nothing_on_a_healthy_computer", testDoctorFindsNothing)
	t.Run("names_issuer_and_version_behind_TLS", testDoctorNamesTheIssuer)
	t.Run("checks_the_API_despite_a_broken_policy", testDoctorChecksTheAPI)
	t.Run("removes_its_entry_from_the_keyring", testDoctorRemovesItsEntry)
	t.Run("does_not_touch_a_session_in_the_keyring", testDoctorKeepsTheSession)
	t.Run("does_not_wait_for_a_keyring_that_hangs", testDoctorDoesNotWait)
}

func testDoctorFindsNothing(t *testing.T) {
	report := healthyComputer(t).examine(t.Context())
	var checks []string
	for _, result := range report.Checks {
		checks = append(checks, result.Check)
		skipped := result.Check == doctor.TLS || result.Check == doctor.DNS // the API is one on loopback
		if skipped != (result.Status == doctor.Skipped) || !skipped && result.Status != doctor.OK || result.Cause != "" {
			t.Errorf("got %+v", result)
		}
	}
	want := []string{"web_view", "keyring", "policy", "settings", "browser", "loopback", "state_folder", "config_folder",
		"proxy", "dns", "tcp", "tls", "http", "api_version", "clock"}
	if !slices.Equal(checks, want) || !report.OK {
		t.Errorf("got %v, ok %t, want %v", checks, report.OK, want)
	}
}

func testDoctorNamesTheIssuer(t *testing.T) {
	c := healthyComputer(t)
	callsAt(withTLS(func(*tls.Config) {}, portalAPI(portal.APIVersion)))(t, &c)
	for _, result := range c.examine(t.Context()).Checks {
		if result.Check == doctor.TLS && (result.Status != doctor.OK || !strings.Contains(result.Finding, "TLS 1.3, certificate of “Test CA”")) ||
			result.Check == doctor.API && (result.Status != doctor.OK || result.Finding != portal.APIVersion) {
			t.Errorf("got %+v", result)
		}
	}
}

func testDoctorChecksTheAPI(t *testing.T) {
	c := healthyComputer(t)
	policyFrom(`{"AllowExport":7}`)(t, &c)
	for _, result := range c.examine(t.Context()).Checks {
		if (result.Status == doctor.Failed) != (result.Check == doctor.Policy) {
			t.Errorf("got %+v", result)
		}
	}
}

func testDoctorRemovesItsEntry(t *testing.T) {
	for name, change := range map[string]func(*memoryKeyring) keyring.Keyring{
		"that works":   func(ring *memoryKeyring) keyring.Keyring { return ring },
		"that forgets": func(ring *memoryKeyring) keyring.Keyring { return forgetfulKeyring{ring} },
	} {
		ring := &memoryKeyring{}
		c := healthyComputer(t)
		c.keyring = change(ring)
		c.examine(t.Context())
		if ring.writes() != 1 || ring.kept() != "" {
			t.Errorf("a keyring %s: %d entries were written, %q was kept, want 1 and none", name, ring.writes(), ring.kept())
		}
	}
}

func testDoctorKeepsTheSession(t *testing.T) {
	c := healthyComputer(t)
	ring := c.keyring.(*memoryKeyring)
	if err := ring.Set(keyring.Service, accountOf(os.Getenv("FSPORTAL_API_URL")), "the session"); err != nil {
		t.Fatal(err)
	}
	c.examine(t.Context())
	if ring.kept() != "the session" {
		t.Errorf("the keyring holds %q, want the session", ring.kept())
	}
}

func testDoctorDoesNotWait(t *testing.T) {
	c := healthyComputer(t)
	hold := make(chan struct{})
	defer close(hold)
	ring := c.keyring.(*memoryKeyring)
	ring.hang(t, hold)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		ring.awaitCall(t)
		cancel()
	}()
	for _, result := range c.examine(ctx).Checks {
		if result.Check == doctor.Keyring && (result.Status != doctor.Failed || result.Code != "timeout" || result.Remedy != lateKeyring) {
			t.Errorf("got %+v, want that the keyring did not respond", result)
		}
	}
}

func TestClockAhead(t *testing.T) {
	theirs := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		sent, received time.Duration
		want           time.Duration
	}{
		"agrees":                       {0, 100 * time.Millisecond, 0},
		"agrees_within_the_second":     {900 * time.Millisecond, 950 * time.Millisecond, 0},
		"agrees_over_a_slow_network":   {-20 * time.Second, 5 * time.Second, 0},
		"is_ahead_by_what_is_sure":     {61 * time.Second, 62 * time.Second, time.Minute},
		"is_behind_by_what_is_certain": {-70 * time.Second, -60 * time.Second, -time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clockAhead(theirs.Add(test.sent), theirs.Add(test.received), theirs); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	run := func(c computer, arguments ...string) (code int, out, errs string) {
		var stdout, stderr bytes.Buffer
		code = runCommand(commandOf(arguments), arguments, c, &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
	t.Run("is_none_of_a_link", func(t *testing.T) {
		for _, arguments := range [][]string{nil, {"fs-client-portal://open/clients/1"}, {"-psn_0_1"}, {"--json"}, {"--doctors"}} {
			if name := commandOf(arguments); name != "" {
				t.Errorf("%q is taken for %s", arguments, name)
			}
		}
	})
	t.Run("prints_the_version", func(t *testing.T) {
		code, out, errs := run(computer{version: "1.2.3", commit: "abc"}, "--version")
		if code != 0 || !strings.HasPrefix(out, "fs-client-portal 1.2.3 abc ") || errs != "" {
			t.Errorf("got %d, %q, %q", code, out, errs)
		}
	})
	t.Run("lists_the_options", func(t *testing.T) {
		code, out, _ := run(computer{}, "--help")
		for _, command := range commands {
			if code != 0 || !strings.Contains(out, command) {
				t.Errorf("got %d, %q, want %s", code, out, command)
			}
		}
	})
	t.Run("examines_as_text", func(t *testing.T) {
		code, out, errs := run(healthyComputer(t), "--doctor")
		if code != 0 || !strings.Contains(out, "ok       Keyring ") || errs != "" {
			t.Errorf("got %d, %s, %q", code, out, errs)
		}
	})
	t.Run("examines_as_JSON_and_ends_with_1", func(t *testing.T) {
		c := healthyComputer(t)
		c.keyring.(*memoryKeyring).fail(errors.New("topsecret"))
		code, out, _ := run(c, "--doctor", "--json")
		var report doctor.Report
		if err := json.Unmarshal([]byte(out), &report); err != nil || code != 1 || report.OK || strings.Contains(out, "topsecret") {
			t.Errorf("got %d, %s: %v", code, out, err)
		}
	})
}
