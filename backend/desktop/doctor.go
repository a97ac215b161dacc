package desktop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"fs-client-portal/backend/desktop/doctor"
	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/desktop/policy"
	"fs-client-portal/backend/desktop/webview"
)

// computer is what the doctor examines. Its functions are the system's unless a test sets others.
type computer struct {
	version, commit     string
	configDir, stateDir string
	policy              func() (policy.Policy, error)
	keyring             keyring.Keyring
	webView             func() (webview.Library, error)
	listen              func(network, address string) (net.Listener, error)
	disk                doctor.Disk
	clock               clock
	// client returns the client for the API at an address.
	client func(address string, settings Settings) *apiClient
}

// thisComputer returns the computer as the app finds it. Unlike FromSystem it accepts unusable settings.
func thisComputer(version, commit string) (computer, error) {
	prepareWebView()
	config, err := ConfigDir()
	if err != nil {
		return computer{}, fmt.Errorf("the user's home folder must be known: %w", err)
	}
	state, err := StateDir()
	if err != nil {
		return computer{}, fmt.Errorf("the user's home folder must be known: %w", err)
	}
	return newComputer(version, commit, config, state, keyring.System{}), nil
}

func newComputer(version, commit, configDir, stateDir string, ring keyring.Keyring) computer {
	return computer{
		version: version, commit: commit, configDir: configDir, stateDir: stateDir,
		policy: policy.Read, keyring: ring, webView: webview.Read, listen: net.Listen, disk: doctor.SystemDisk(tildePath),
		clock: systemClock{},
		client: func(address string, settings Settings) *apiClient {
			return newAPIClient(address, version, settings.RootCAs, slog.New(slog.DiscardHandler))
		},
	}
}

// tildePath returns a path with the user's home folder as ~.
func tildePath(path string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	if below, err := filepath.Rel(home, path); err == nil && filepath.IsLocal(below) {
		return filepath.Join("~", below)
	}
	return path
}

// examine makes all checks of the doctor.
func (c computer) examine(ctx context.Context) doctor.Report {
	ctx, cancel := context.WithTimeout(ctx, doctor.Limit)
	defer cancel()
	results := doctor.Run(ctx, c.checks())
	return doctor.Report{
		Version: c.version, Commit: c.commit, Platform: runtime.GOOS + "/" + runtime.GOARCH,
		OK: doctor.Passed(results), Checks: results,
	}
}

func (c computer) checks() []doctor.Check {
	settings, found := c.settings()
	return []doctor.Check{
		doctor.CheckWebView(c.webView),
		{Names: []string{doctor.Keyring}, Late: lateKeyring, Run: one(c.checkKeyring)},
		{Names: []string{doctor.Policy, doctor.Settings}, Run: func(context.Context) []doctor.Result { return found }},
		{Names: []string{doctor.Browser}, Run: one(checkBrowser)},
		doctor.CheckLoopback(c.listen),
		doctor.CheckDisk(doctor.StateDisk, c.stateDir, c.disk),
		doctor.CheckDisk(doctor.ConfDisk, c.configDir, c.disk),
		{Names: apiChecks, Late: lateAPI, Run: func(ctx context.Context) []doctor.Result { return c.checkAPI(ctx, settings) }},
	}
}

func one(check func() doctor.Result) func(context.Context) []doctor.Result {
	return func(context.Context) []doctor.Result { return []doctor.Result{check()} }
}

// settings returns the settings in force, and the results of reading them. Without a usable policy they are what the
// environment and the user set, so that the API can still be checked.
func (c computer) settings() (Settings, []doctor.Result) {
	set, err := c.policy()
	result := policyResult(set, err)
	if err != nil {
		set = policy.Policy{}
	}
	settings, err := LoadSettings(Sources{
		Policy: func() (policy.Policy, error) { return set, nil }, Getenv: os.Getenv, ConfigDir: c.configDir,
	})
	return settings, []doctor.Result{result, settingsResult(settings, err)}
}

func policyResult(set policy.Policy, err error) doctor.Result {
	if err == nil {
		var keys []string
		for _, s := range settingSources(set, func(string) string { return "" }, false) {
			if s.Source == sourcePolicy {
				keys = append(keys, s.Key)
			}
		}
		if len(keys) == 0 {
			return doctor.Good(doctor.Policy, "none is set on this computer")
		}
		return doctor.Good(doctor.Policy, "sets "+strings.Join(keys, ", "))
	}
	fault := doctor.Fault{
		Code: "policy_invalid", Cause: "A key of the policy has a value that cannot be used, so the app does not start.",
		Remedy: "Ask your IT to correct this key of the policy.",
	}
	if unreadable(err) {
		fault = doctor.Fault{
			Code: "policy_unreadable", Cause: "The policy is there, but this user may not read it, so the app does not start.",
			Remedy: "Ask your IT to let all users of this computer read the policy.",
		}
	}
	return doctor.Fail(doctor.Policy, printable(err.Error()), fault)
}

func unreadable(err error) bool {
	var path *fs.PathError
	return errors.Is(err, fs.ErrPermission) || errors.As(err, &path)
}

func settingsResult(settings Settings, err error) doctor.Result {
	switch {
	case err != nil:
		return doctor.Fail(doctor.Settings, printable(err.Error()), doctor.Fault{
			Code: "settings_invalid", Cause: "A setting has a value that cannot be used, so the app does not start.",
			Remedy: "Correct this setting, or ask your IT to do so.",
		})
	case settings.APIURL == "":
		return doctor.Warn(doctor.Settings, "no address of the portal's API is set", doctor.Fault{
			Code: "no_api_url", Cause: "Neither policy nor environment nor the user has set the address.",
			Remedy: "Enter the address on the app's first screen, or set the policy key ApiUrl.",
		})
	case len(settings.Notes) > 0:
		return doctor.Warn(doctor.Settings, printable(strings.Join(settings.Notes, "; ")), doctor.Fault{
			Code: "settings_ignored", Cause: "A part of the settings is not used.",
			Remedy: "Check this setting for typing errors, and whether this version of the app knows it.",
		})
	}
	return doctor.Good(doctor.Settings, "the API is "+originOf(settings.APIURL))
}

const lateKeyring = "Look for a window that asks for the keyring's password, and unlock the keyring."

func (c computer) checkKeyring() doctor.Result {
	err := keyring.Examine(c.keyring, runtime.GOOS)
	var fault *keyring.Error
	if !errors.As(err, &fault) {
		return doctor.Good(doctor.Keyring, "an entry could be written, read and removed")
	}
	cause, remedy := inSentences(fault.Message)
	return doctor.Fail(doctor.Keyring, printable(fault.Evidence), doctor.Fault{Code: fault.Cause, Cause: cause, Remedy: remedy})
}

// systemBrowsers are the commands that package browser tries.
var systemBrowsers = map[string][]string{
	"linux": {"xdg-open", "x-www-browser", "www-browser"}, "darwin": {"open"}, "windows": {"rundll32"},
}

// checkBrowser looks for the command that OpenBrowser would run.
func checkBrowser() doctor.Result {
	named := ""
	if runtime.GOOS == "linux" {
		named = os.Getenv("BROWSER")
	}
	for _, command := range alternatives(named) {
		words, err := browserWords(command, "")
		if err != nil {
			continue
		}
		if path, err := exec.LookPath(words[0]); err == nil {
			return doctor.Good(doctor.Browser, "$BROWSER: "+tildePath(path))
		}
	}
	for _, command := range systemBrowsers[runtime.GOOS] {
		path, err := exec.LookPath(command)
		switch {
		case err != nil:
		case named != "":
			return doctor.Warn(doctor.Browser, tildePath(path), doctor.Fault{
				Code: "browser_not_found", Cause: "No command of $BROWSER was found; the system's browser is used.",
				Remedy: "Correct $BROWSER, or remove it.",
			})
		default:
			return doctor.Good(doctor.Browser, tildePath(path))
		}
	}
	return doctor.Fail(doctor.Browser, "not found", doctor.Fault{
		Code: "no_browser", Cause: "There is no command that opens a browser, which signing in needs.",
		Remedy: "Install a browser and the package xdg-utils, or name the command of a browser in $BROWSER.",
	})
}
