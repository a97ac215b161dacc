package desktop

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/desktop/policy"
)

// FromSystem returns the options for this computer and user: settings in force, folders, log, keyring, browser. It
// touches neither the keyring nor the network. Its error is one line that names the unusable setting.
func FromSystem(version, commit string) (Options, error) {
	prepareWebView()
	config, err := ConfigDir()
	if err != nil {
		return Options{}, fmt.Errorf("the user's home folder must be known: %w", err)
	}
	state, err := StateDir()
	if err != nil {
		return Options{}, fmt.Errorf("the user's home folder must be known: %w", err)
	}
	settings, err := LoadSettings(Sources{Policy: policy.Read, Getenv: os.Getenv, ConfigDir: config})
	if err != nil {
		return Options{}, err
	}
	log, file := OpenLog(state, settings.LogLevel)
	systemProxies.logTo(log)
	log.Info("start", "version", version, "commit", commit, "platform", runtime.GOOS+"/"+runtime.GOARCH)
	return Options{
		Version: version, Commit: commit, Settings: settings, ConfigDir: config, StateDir: state,
		Log: log, LogFile: file, Keyring: keyring.System{},
		OpenBrowser: func(link string) error { return OpenBrowser(log, link, settings.ManagedByURL) },
	}, nil
}

// prepareWebView disables a renderer of WebKitGTK that leaves windows blank with many graphics drivers.
func prepareWebView() {
	const renderer = "WEBKIT_DISABLE_DMABUF_RENDERER"
	if _, set := os.LookupEnv(renderer); !set && runtime.GOOS == "linux" {
		_ = os.Setenv(renderer, "1")
	}
}

// Formatter returns a function that converts every error for a screen to a Problem as JSON text, and logs errors whose
// text was not written for users. The result is text because Wails rejects with new Error(text), which would lose an
// object's members.
func Formatter(log *slog.Logger) func(error) any {
	return func(err error) any {
		p := ProblemOf(err)
		if p.Code == "internal" && !p.fromAPI {
			log.Error("call failed", "error", err.Error())
		}
		text, err := json.Marshal(p)
		if err != nil {
			return string(p.Code)
		}
		return string(text)
	}
}
