package desktop

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/desktop/policy"
)

// Canaries are in the log, the policy, the environment and the errors of a test's computer, and in no file for support.
const (
	canaryMail   = "grace.hopper@kunde.example"
	canaryClient = "Nordlys Bageri"
	canaryHost   = "portal.nordlys-drift.example"
	canaryProxy  = "squid.nordlys-drift.example"
	canaryIP     = "192.0.2.77"
	canaryIPv6   = "2001:db8::77"
	canaryUser   = "gracehopper"
	canaryToken  = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
	canaryID     = "7f3c1f0e-9f57-4f5c-8f0e-5d2f9a3b7c11"
	canarySecret = "topsecret"
)

// canaryParts are what may not be found either.
var canaryParts = []string{canaryMail, "Nordlys", "nordlys", "Bageri", canaryHost, canaryProxy, canaryIP, canaryIPv6, canaryUser,
	"eyJhbGci", "eyJzdWIi", "kunde", "hopper", canaryID, "7f3c1f0e", canarySecret}

// canaryComputer has canaries in everything that the file for support is made of.
func canaryComputer(t *testing.T) (c computer, refreshToken string) {
	t.Helper()
	c, refreshToken = healthyComputer(t), newRefreshToken()
	home := filepath.Join(t.TempDir(), canaryUser)
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("FSPORTAL_API_URL", "https://"+canaryHost)
	t.Setenv("HTTPS_PROXY", "http://ada:"+canarySecret+"@"+canaryProxy+":3128")
	t.Setenv("XDG_CURRENT_DESKTOP", canaryClient)
	t.Setenv("LANG", canaryUser)
	t.Setenv("BROWSER", filepath.Join(home, "bin", canaryClient))
	c.stateDir, c.configDir = filepath.Join(home, "state"), filepath.Join(home, "config")
	content, err := json.Marshal(map[string]string{
		policy.CAFile: filepath.Join(home, "ca.pem"), policy.ManagedByName: canaryClient, policy.ManagedByURL: "https://" + canaryHost + "/it",
		"NordlysKey": canaryClient,
	})
	if err != nil {
		t.Fatal(err)
	}
	c.policy = func() (policy.Policy, error) { return policy.FromJSON(content) }
	c.keyring.(*memoryKeyring).fail(&keyring.Fault{Cause: keyring.Failed, Evidence: canaryUser, Err: errors.New(canaryToken)})
	writeCanaryLog(t, c.stateDir, home, refreshToken)
	return c, refreshToken
}

func writeCanaryLog(t *testing.T, dir, home, refreshToken string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, canary := range []string{canaryMail, canaryClient, canaryHost, canaryIP, canaryIPv6, canaryUser, canaryToken, canaryID,
		canarySecret, refreshToken, home} {
		record := map[string]any{
			"time": "2026-11-30T22:33:40Z", "level": "WARN", "msg": "api " + canary, "call": "GET /v1/clients/" + canary, "error": canary,
			"request_id": canary, "evidence": "dial tcp: errno 111 at " + canary + ":443", canary: map[string]any{"x": []string{canary}},
		}
		line, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&log, "%s\npanic: open %s: permission denied (%s)\n", line, canary, canary)
	}
	fmt.Fprintf(&log, `{"time":"2026-11-30T22:33:41Z","level":"INFO","msg":"start","request_id":"req-7"}`+"\n")
	writeTestFile(t, logPath(dir), log.String())
	writeTestFile(t, filepath.Join(dir, "fs-client-portal-2026-11-30T22-00-00.000.log"), log.String())
}

// unzip returns the files of an archive by name.
func unzip(t *testing.T, path string) map[string]string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := map[string]string{}
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[file.Name] = string(content)
	}
	return files
}

func TestDiagnostics(t *testing.T) {
	t.Run("have_no_name_address_or_token", testDiagnosticsHaveNoCanary)
	t.Run("keep_the_texts_of_the_app", testDiagnosticsKeepTexts)
	t.Run("have_the_source_of_each_setting", testDiagnosticsHaveSources)
	t.Run("are_written_by_the_command", testDiagnosticsCommand)
	t.Run("are_saved_where_the_user_chooses", testDiagnosticsSaved)
}

func testDiagnosticsHaveNoCanary(t *testing.T) {
	c, refreshToken := canaryComputer(t)
	path := filepath.Join(t.TempDir(), "diagnostics.zip")
	if err := c.saveDiagnostics(c.examine(t.Context()), path, createFile); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := unzip(t, path)
	files["the zip itself"] = string(whole)
	for name, content := range files {
		for _, canary := range append(canaryParts, refreshToken, refreshToken[4:]) {
			if strings.Contains(name+content, canary) {
				t.Errorf("%s has %q: %s", name, canary, content)
			}
		}
	}
	for name, want := range map[string]string{
		"README.txt": "doctor.json", "doctor.json": `"check": "keyring"`, "computer.json": `"version": "1.2.3"`,
		"settings.json": `"source": "environment"`, "log/0.log": `"msg":"start","request_id":"req-7"`,
		"log/1.log": "permission denied",
	} {
		if !strings.Contains(files[name], want) {
			t.Errorf("%s lacks %q: %s", name, want, files[name])
		}
	}
}

func testDiagnosticsKeepTexts(t *testing.T) {
	scrubber := healthyComputer(t).scrubber(policy.Policy{}, "")
	placeholders := strings.NewReplacer("{host}", "the portal", "{other}", "the proxy", "{status}", "502",
		"{from}", "1 January 2026", "{until}", "2 January 2026", "{now}", "3 January 2026")
	texts := map[string]string{}
	for cause, message := range causeMessages {
		texts[cause] = placeholders.Replace(message)
	}
	for _, test := range doctorCases {
		texts[test.name] = test.code
	}
	for name, text := range texts {
		if got := scrubber.Text(text); got != text {
			t.Errorf("%s: got %q, want %q", name, got, text)
		}
	}
}

func testDiagnosticsHaveSources(t *testing.T) {
	set, err := policy.FromJSON([]byte(`{"AllowExport":true,"LogLevel":"debug","ManagedByName":"Example IT"}`))
	if err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{"FSPORTAL_CA_FILE": "/ca.pem", "FSPORTAL_LOG": "warn"}
	got := settingSources(set, func(name string) string { return environment[name] }, true)
	want := []settingSource{
		{Key: "ApiUrl", Source: sourceUser}, {Key: "Providers", Source: sourceDefault},
		{Key: "AllowSessionOnly", Source: sourceDefault}, {Key: "AllowExport", Source: sourcePolicy, Value: true},
		{Key: "ManagedByName", Source: sourcePolicy}, {Key: "ManagedByUrl", Source: sourceDefault},
		{Key: "CaFile", Source: sourceEnvironment}, {Key: "LogLevel", Source: sourcePolicy, Value: "debug"},
		{Key: "UpdateChannel", Source: sourceDefault}, {Key: "AllowOfflineCache", Source: sourceDefault},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func testDiagnosticsCommand(t *testing.T) {
	run := func(arguments ...string) (code int, out, errs string) {
		var stdout, stderr bytes.Buffer
		code = runCommand("--diagnostics", arguments, healthyComputer(t), &stdout, &stderr)
		return code, stdout.String(), stderr.String()
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "x.zip")
	if code, out, errs := run("--diagnostics", path); code != exitOK || !strings.Contains(out, path) || errs != "" {
		t.Errorf("got %d, %q, %q, want a file", code, out, errs)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file for this user alone", info, err)
	}
	for name, test := range map[string]struct {
		arguments []string
		code      int
		says      string
	}{
		"an existing file":      {[]string{"--diagnostics", path}, exitFailed, "exists"},
		"no file":               {[]string{"--diagnostics"}, exitUsage, "needs the name of a file"},
		"an option as the file": {[]string{"--diagnostics", "--json"}, exitUsage, "needs the name of a file"},
		"a missing folder":      {[]string{"--diagnostics=" + filepath.Join(dir, "no", "x.zip")}, exitFailed, "folder does not exist"},
	} {
		if code, out, errs := run(test.arguments...); code != test.code || !strings.Contains(errs, test.says) || out != "" {
			t.Errorf("%s: got %d, %q, %q, want %d, %q", name, code, out, errs, test.code, test.says)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v, want the one file", entries, err)
	}
}

func testDiagnosticsSaved(t *testing.T) {
	dir := t.TempDir()
	chosen, asked := "", ""
	b := newTestApp(t, func(o *Options) {
		o.ChooseFile = func(name string) (string, error) { asked = name; return chosen, nil }
	})
	b.computer = healthyComputer(t)
	if _, err := b.SaveDiagnostics(t.Context()); !hasCode(err, Cancelled) {
		t.Errorf("without a file: got %v, want %s", err, Cancelled)
	}
	chosen = filepath.Join(dir, "mine.zip")
	writeTestFile(t, chosen, "an earlier one")
	saved, err := b.SaveDiagnostics(t.Context())
	if err != nil || saved != (SavedDiagnostics{"mine.zip", dir}) || !strings.HasPrefix(asked, "fs-client-portal-diagnostics-20") {
		t.Errorf("got %+v, %v, asked for %q", saved, err, asked)
	}
	if files := unzip(t, chosen); files["doctor.json"] == "" {
		t.Errorf("got %v, want a report", files)
	}
	chosen = filepath.Join(dir, "no", "mine.zip")
	if _, err := b.SaveDiagnostics(t.Context()); !hasCode(err, FileFailed) || ProblemOf(err).Cause != fileNoFolder {
		t.Errorf("in a missing folder: got %v, want %s", err, FileFailed)
	}
}
