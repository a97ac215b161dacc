package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/provider"
	"fs-client-portal/backend/testkit/roundtrips"
	"fs-client-portal/backend/testkit/wait"
)

// replicas are two processes of portal-api on one database. The first connects through a counter of round trips.
type replicas struct {
	*testkit.World
	*testing.T
	google  *provider.Server
	key     string // path of the secret key file
	first   string
	second  string
	counter *roundtrips.Counter
	client  *http.Client
	signed  atomic.Int64
}

// maxAccounts is how many accounts can sign in during one test.
const maxAccounts = 40

func startReplicas(t *testing.T) *replicas {
	t.Helper()
	r := &replicas{World: testkit.NewWorld(t), T: t, client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 100}, Timeout: wait.Timeout(2 * time.Minute),
	}}
	t.Cleanup(r.client.CloseIdleConnections)
	var accounts []provider.Account
	for i := range maxAccounts {
		accounts = append(accounts, provider.Account{ID: fmt.Sprint("person", i), Name: "Person",
			Email: fmt.Sprintf("person%d@example.com", i), EmailVerified: true})
	}
	var err error
	r.google, err = provider.StartGoogle(t.Context(), provider.Config{ClientID: "desktop", ClientSecret: "secret", Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	if r.counter, err = roundtrips.Start(r.URLs.Server); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.counter.Close() })
	counted, err := url.Parse(r.URLs.Server)
	if err != nil {
		t.Fatal(err)
	}
	counted.Host = r.counter.Address()
	r.key = secretKeyFile(t)
	r.first = r.serve(counted.String(), "--no-jobs")
	r.second = r.serve(r.URLs.Server, "--no-jobs")
	return r
}

// secretKeyFile writes a file for PORTAL_SECRET_KEY_FILE.
func secretKeyFile(t *testing.T) string {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))), 0o600); err != nil {
		t.Fatal(err)
	}
	return key
}

var program = struct {
	sync.Once
	path string
}{}

// buildProgram builds portal-api once for all tests of this run; TestMain removes it.
func buildProgram(t *testing.T) string {
	t.Helper()
	program.Do(func() {
		dir, err := os.MkdirTemp("", "portal-api-test-")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "portal-api")
		if output, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
			os.RemoveAll(dir)
			t.Fatalf("go build: %v: %s", err, output)
		}
		program.path = path
	})
	if program.path == "" {
		t.Fatal("portal-api was not built")
	}
	return program.path
}

func TestMain(m *testing.M) {
	os.Exit(testkit.Main(m, func() {
		if program.path != "" {
			os.RemoveAll(filepath.Dir(program.path))
		}
	}))
}

// serve starts a replica with additional settings at a free port and returns its URL.
func (r *replicas) serve(database string, settings ...string) string {
	r.Helper()
	url, _ := r.start(database, settings...)
	return url
}

// start is like serve and also returns the process.
func (r *replicas) start(database string, settings ...string) (string, *child.Process) {
	r.Helper()
	command := exec.Command(buildProgram(r.T), append([]string{"serve", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0"},
		settings...)...)
	command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PORTAL_") }),
		"PORTAL_DATABASE_URL="+database, "PORTAL_SECRET_KEY_FILE="+r.key, "PORTAL_PUBLIC_URL=https://portal.example.com",
		"PORTAL_GOOGLE_ISSUER="+r.google.Issuer(), "PORTAL_GOOGLE_CLIENT_ID=desktop", "PORTAL_GOOGLE_CLIENT_SECRET=secret",
		"PORTAL_AUTH_RATE=0", "PORTAL_ACCOUNT_RATE=0", "PORTAL_SESSION_RATE=0", "PORTAL_AUTH_AT_ONCE=0")
	log, err := command.StderrPipe()
	if err != nil {
		r.Fatal(err)
	}
	process, err := child.Start(command, syscall.SIGTERM)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { process.Stop(wait.Timeout(20*time.Second), syscall.SIGTERM) })
	lines := bufio.NewScanner(log)
	for wait.Do(r, time.Minute, "portal-api to serve", lines.Scan) {
		var line struct{ Msg, Listen string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return "http://" + line.Listen, process
		}
		r.Log(lines.Text())
	}
	r.Fatal("portal-api did not start serving")
	return "", nil
}

// device is a signed-in session of a user.
type device struct {
	portal.Viewer
	account, access, refresh string
}

// newDevice creates a user with a grant and signs in through the first replica and the provider's login page.
func (r *replicas) newDevice(role portal.Role, msp int) device {
	r.Helper()
	return r.signIn(r.Person(r, role, r.Own.At(role, msp)), r.account())
}

func (r *replicas) account() string {
	r.Helper()
	next := r.signed.Add(1) - 1
	if next >= maxAccounts {
		r.Fatal("all accounts are in use")
	}
	return fmt.Sprint("person", next)
}

func (r *replicas) signIn(v portal.Viewer, account string) device {
	r.Helper()
	r.Exec(r, `
		insert into identity (provider, issuer, subject, user_id)
		values ('google', $1, $2, $3)
		on conflict do nothing`, r.google.Issuer(), r.google.Subject(account), v.UserID)
	var tokens portal.Tokens
	r.wants(r.first, http.StatusOK, "POST /v1/auth/token", "", r.authorize(account), &tokens)
	return device{Viewer: v, account: account, access: tokens.AccessToken, refresh: tokens.RefreshToken}
}

// authorize logs in at the provider and returns the grant to redeem for tokens.
func (r *replicas) authorize(account string) portal.CodeGrant {
	r.Helper()
	const redirect = "http://127.0.0.1:8/callback/google"
	verifier := oauth2.GenerateVerifier()
	var attempt portal.Attempt
	r.wants(r.first, http.StatusOK, "POST /v1/auth/attempts", "", portal.NewAttempt{
		Provider: portal.Google, RedirectURI: redirect, CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier)}, &attempt)
	config := oauth2.Config{ClientID: attempt.ClientID, RedirectURL: redirect, Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint}}
	link := config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", attempt.Nonce))
	back, _, err := provider.Authorize(r.Context(), link, account)
	if err != nil {
		r.Fatal(err)
	}
	return portal.CodeGrant{AttemptID: attempt.ID, Code: back.Query().Get("code"), CodeVerifier: verifier}
}

// reply is a replica's response; Code is that of a problem.
type reply struct {
	status int
	body   []byte
	Code   portal.Code `json:"code"`
}

func (r *replicas) send(replica, route, token string, in any) (reply, error) {
	method, path, _ := strings.Cut(route, " ")
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return reply{}, err
		}
		body = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, replica+path, body)
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	got := reply{status: response.StatusCode}
	if got.body, err = io.ReadAll(response.Body); err == nil && got.status >= http.StatusBadRequest {
		err = json.Unmarshal(got.body, &got)
	}
	return got, err
}

// wants fails unless the response has the status.
func (r *replicas) wants(replica string, status int, route, token string, in, out any) {
	r.Helper()
	got, err := r.send(replica, route, token, in)
	if err != nil || got.status != status {
		r.Fatalf("%s: got %d %s (%v), want %d", route, got.status, got.body, err, status)
	}
	if out != nil {
		if err := json.Unmarshal(got.body, out); err != nil {
			r.Fatal(err)
		}
	}
}

// wantsCode fails unless the response has the error code.
func (r *replicas) wantsCode(replica, route, token string, in any, code portal.Code) {
	r.Helper()
	if got, err := r.send(replica, route, token, in); err != nil || got.Code != code {
		r.Errorf("%s: got %d %s (%v), want %s", route, got.status, got.body, err, code)
	}
}

func (r *replicas) refresh(replica string, d device) (tokens portal.Tokens) {
	r.Helper()
	r.wants(replica, http.StatusOK, "POST /v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: d.refresh}, &tokens)
	return tokens
}

func tokensOf(got reply) (access, refresh string, err error) {
	var tokens portal.Tokens
	err = json.Unmarshal(got.body, &tokens)
	return tokens.AccessToken, tokens.RefreshToken, err
}
