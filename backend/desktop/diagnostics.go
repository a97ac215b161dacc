package desktop

import (
	"context"
	"io/fs"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"

	"fs-client-portal/backend/desktop/diagnostics"
	"fs-client-portal/backend/desktop/doctor"
	"fs-client-portal/backend/desktop/policy"
	"fs-client-portal/backend/portal"
)

// SavedDiagnostics is where SaveDiagnostics has saved its file.
type SavedDiagnostics struct {
	Name   string `json:"name"`
	Folder string `json:"folder"`
}

// SaveDiagnostics saves a zip for support to a file that the user chooses. The code is cancelled if the user cancels,
// file_failed if the file cannot be written.
func (d *Desktop) SaveDiagnostics(ctx context.Context) (SavedDiagnostics, error) {
	c := d.computer
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The computer is examined while the user chooses.
	report := make(chan doctor.Report, 1)
	go func() { report <- c.examine(ctx) }()
	path, err := d.options.ChooseFile("fs-client-portal-diagnostics-" + c.clock.Now().Format("2006-01-02") + ".zip")
	if err != nil {
		return SavedDiagnostics{}, err
	}
	if path == "" {
		return SavedDiagnostics{}, problem(Cancelled, "Cancelled.")
	}
	if err := c.saveDiagnostics(<-report, path, replaceFile); err != nil {
		return SavedDiagnostics{}, err
	}
	return SavedDiagnostics{filepath.Base(path), filepath.Dir(path)}, nil
}

// saveDiagnostics writes the file of diagnostics as a whole.
func (c computer) saveDiagnostics(report doctor.Report, path string, write func(path string, content []byte) error) error {
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return fileProblem(fileError{fs.ErrNotExist})
	}
	set, err := c.policy()
	if err != nil {
		set = policy.Policy{}
	}
	choice, _ := readChoice(c.configDir)
	content, err := c.scrubber(set, choice).Zip(diagnostics.Content{
		Report: report, Computer: c.facts(), Settings: settingSources(set, os.Getenv, choice != ""),
		Log: logPath(c.stateDir), At: c.clock.Now(),
	})
	if err != nil {
		return err
	}
	if err := write(path, content); err != nil {
		return fileProblem(fileError{err})
	}
	return nil
}

// scrubber returns a Scrubber that knows the names and secrets of this computer's user and settings.
func (c computer) scrubber(set policy.Policy, choice string) *diagnostics.Scrubber {
	home, _ := os.UserHomeDir()
	name, _ := os.Hostname()
	known := []string{name, filepath.Base(home)}
	if me, err := user.Current(); err == nil {
		known = append(known, filepath.Base(me.Username), me.Name)
	}
	managed, _ := set.Value(policy.APIURL).(string)
	for _, address := range []string{managed, os.Getenv("FSPORTAL_API_URL"), choice} {
		if u, err := url.Parse(address); err == nil && !portal.Loopback(u.Hostname()) {
			known = append(known, u.Hostname())
		}
	}
	kept := []string{c.version, c.commit}
	if library, err := c.webView(); err == nil {
		kept = append(kept, library.Version)
	}
	return diagnostics.NewScrubber(home, known, kept)
}

// facts describe the computer, as far as they help to find a fault.
func (c computer) facts() map[string]string {
	facts := map[string]string{
		"version": c.version, "commit": c.commit, "go": strings.TrimPrefix(runtime.Version(), "go"),
		"system": runtime.GOOS, "architecture": runtime.GOARCH, "release": systemRelease(),
		"desktop": os.Getenv("XDG_CURRENT_DESKTOP"), "session": os.Getenv("XDG_SESSION_TYPE"), "language": language(),
	}
	if library, err := c.webView(); err == nil {
		facts["web_view"] = library.Name + " " + library.Version
	}
	return facts
}

// language returns the language of the environment, without its encoding.
func language() string {
	language, _, _ := strings.Cut(os.Getenv("LANG"), ".")
	return language
}
