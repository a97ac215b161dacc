// Package oidcprovider runs the npm package oidc-provider: a certified OpenID provider that is not of our making and
// shares no code with the ones that are. It plays the part of Google, whose issuer may be any.
package oidcprovider

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/child"
)

//go:embed server.mjs
var program string

// What the portal registers.
const (
	ClientID     = "portal"
	ClientSecret = "a secret of the portal and its provider" //nolint:gosec // of a provider that lives as long as a test
	RedirectURI  = "http://127.0.0.1/callback/google"
)

// Account is somebody who signs in by a name, which is their sub, and any password. Claims are the others.
type Account struct {
	Login  string         `json:"login"`
	Claims map[string]any `json:"claims"`
}

// Start starts the provider and answers its issuer. It ends with the test, and with the process of the test.
func Start(t testing.TB, accounts ...Account) (issuer string) {
	t.Helper()
	settings, err := json.Marshal(map[string]any{
		"clientId": ClientID, "clientSecret": ClientSecret, "redirectUri": RedirectURI, "accounts": accounts,
	})
	if err != nil {
		t.Fatal(err)
	}
	tools := packages(t)
	command := exec.Command("node", "--input-type=module", "-")
	command.Dir = tools // packages are looked for from here
	command.Env = append(os.Environ(), "SETTINGS="+string(settings), "NODE_OPTIONS=", "NODE_ENV=test")
	command.Stdin = strings.NewReader(program)
	var complaints strings.Builder
	command.Stderr = &complaints
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	process, err := child.Start(command, syscall.SIGKILL)
	if err != nil {
		t.Fatalf("node does not start: %v", err)
	}
	t.Cleanup(func() {
		process.Stop(time.Second, syscall.SIGTERM)
		if t.Failed() {
			t.Logf("oidc-provider says:\n%s", complaints.String())
		}
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		process.Stop(time.Second)
		t.Fatalf("oidc-provider does not start: %v\n%s", err, complaints.String())
	}
	return strings.TrimSpace(line)
}

// packages is where build/test installs the package.
func packages(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	tools := filepath.Join(filepath.Dir(here), "..", "..", "..", "build", "tools")
	if _, err := os.Stat(filepath.Join(tools, "node_modules", "oidc-provider")); err != nil {
		t.Fatalf("oidc-provider is not installed: run build/test, or npm ci --prefix build/tools (%v)", err)
	}
	return tools
}
