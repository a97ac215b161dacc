package desktop

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// fakeAPI is strict where the portal's API is: a code is good once, with the verifier its challenge was made
// from; a refresh token is good once, but for the same request.
type fakeAPI struct {
	*httptest.Server
	provider *httptest.Server
	mux      *http.ServeMux

	mu       sync.Mutex
	attempts map[string]portal.NewAttempt
	codes    map[string]string // code: attempt
	access   map[string]bool
	refresh  map[string]bool
	lines    map[string]string // access token: the refresh token it came with
	// requests are the refreshes made: the token with its request id, and the response to it.
	requests  map[portal.RefreshGrant]portal.Tokens
	refreshes int
	logouts   int
	// refuse returns the error of POST /v1/auth/token; refuseRefresh is that of refresh.
	refuse        func(portal.CodeGrant) *portal.Error
	refuseRefresh *portal.Error
	expiresIn     int
	drop          bool     // renewals get no response
	lose          int      // so many responses to renewals get lost
	given         []string // every token
	t             *testing.T
	held          chan struct{} // where set, refresh waits for it
	// real is a provider of testkit that codes are redeemed with; nil takes those of authorize.
	real   *oauth2.Config
	issuer string
}

var testUser = portal.User{ID: uuid.NewString(), Name: "Ada Byron", Email: "ada@example.com", Active: true}

func newFakeAPI(t *testing.T) *fakeAPI {
	t.Helper()
	f := &fakeAPI{
		mux: http.NewServeMux(), attempts: map[string]portal.NewAttempt{}, codes: map[string]string{},
		access: map[string]bool{}, refresh: map[string]bool{}, lines: map[string]string{}, expiresIn: 600,
		requests: map[portal.RefreshGrant]portal.Tokens{}, t: t,
	}
	f.provider = httptest.NewServer(http.NotFoundHandler())
	f.mux.HandleFunc("GET /v1/auth/providers", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, map[string]any{"providers": []portal.Provider{
			{ID: portal.Google, Name: "Google", Kind: "oidc"}, {ID: portal.Entra, Name: "Microsoft", Kind: "oidc"},
		}})
	})
	f.mux.HandleFunc("POST /v1/auth/attempts", f.newAttempt)
	f.mux.HandleFunc("POST /v1/auth/token", f.token)
	f.mux.HandleFunc("POST /v1/auth/refresh", f.renew)
	f.mux.HandleFunc("POST /v1/auth/logout", f.signedIn(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.logouts++
		_, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		delete(f.refresh, f.lines[bearer])
		delete(f.access, bearer)
		f.mu.Unlock()
		w.WriteHeader(204)
	}))
	f.mux.HandleFunc("GET /v1/me", f.signedIn(func(w http.ResponseWriter, r *http.Request) {
		grant := portal.Grant{ID: r.Header.Get("Portal-Grant"), Role: portal.MSSPAdmin}
		reply(w, 200, portal.NewMe(testUser, grant, []portal.Grant{grant}))
	}))
	f.Server = httptest.NewServer(f.mux)
	t.Cleanup(f.Server.Close)
	t.Cleanup(f.provider.Close)
	return f
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, e *portal.Error) {
	w.Header().Set("Portal-Api", "1")
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"status": status, "code": e.Code, "detail": e.Detail, "field": e.Field, "request_id": "req-1",
		"address": e.Address, "invites": e.Invites,
	})
}

func (f *fakeAPI) signedIn(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		f.mu.Lock()
		known := bearer && f.access[token]
		f.mu.Unlock()
		if !known {
			refuse(w, 401, portal.Errorf(portal.Unauthenticated, "Sign in."))
			return
		}
		next(w, r)
	}
}

func (f *fakeAPI) newAttempt(w http.ResponseWriter, r *http.Request) {
	var n portal.NewAttempt
	if strictJSON(r, &n) != nil || len(n.CodeChallenge) != 43 {
		refuse(w, 422, portal.InvalidField("code_challenge", "no"))
		return
	}
	id := uuid.NewString()
	f.mu.Lock()
	f.attempts[id] = n
	f.mu.Unlock()
	attempt := portal.Attempt{
		ID: id, Nonce: "nonce-of-" + id, ClientID: "client", Issuer: "https://issuer.example",
		AuthorizationEndpoint: f.provider.URL + "/authorize?tenant=x",
		Scopes:                []string{"openid", "email", "profile"}, ExpiresAt: time.Now().Add(10 * time.Minute),
	}
	if f.real != nil {
		attempt.ClientID, attempt.Issuer, attempt.AuthorizationEndpoint = f.real.ClientID, f.issuer, f.real.Endpoint.AuthURL
	}
	reply(w, 201, attempt)
}

func strictJSON(r *http.Request, into any) error {
	if r.Header.Get("Content-Type") != "application/json" {
		return errors.New("not JSON")
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// authorize is the provider's side: a code for the attempt whose challenge the URL carries.
func (f *fakeAPI) authorize(target url.Values) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, n := range f.attempts {
		if n.CodeChallenge == target.Get("code_challenge") && n.RedirectURI == target.Get("redirect_uri") {
			code := rand.Text()
			f.codes[code] = id
			return code
		}
	}
	return "code-of-nothing"
}

func (f *fakeAPI) token(w http.ResponseWriter, r *http.Request) {
	var grant portal.CodeGrant
	if err := strictJSON(r, &grant); err != nil {
		refuse(w, 400, portal.Errorf(portal.Invalid, "%v", err))
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	attempt, known := f.attempts[grant.AttemptID]
	if known && f.real != nil {
		provider := *f.real
		provider.RedirectURL = attempt.RedirectURI
		if _, err := provider.Exchange(r.Context(), grant.Code, oauth2.VerifierOption(grant.CodeVerifier)); err == nil {
			f.codes[grant.Code] = grant.AttemptID
		}
	}
	if !known || f.codes[grant.Code] != grant.AttemptID {
		refuse(w, 400, portal.Errorf(portal.AttemptExpired, "Start again."))
		return
	}
	if oauth2.S256ChallengeFromVerifier(grant.CodeVerifier) != attempt.CodeChallenge {
		refuse(w, 400, portal.InvalidField("code_verifier", "wrong"))
		return
	}
	if f.refuse != nil {
		if e := f.refuse(grant); e != nil {
			refuse(w, 403, e)
			return
		}
	}
	delete(f.attempts, grant.AttemptID)
	reply(w, 200, f.tokens())
}

func (f *fakeAPI) tokens() portal.Tokens {
	tokens := portal.Tokens{
		AccessToken: rand.Text(), TokenType: "Bearer", ExpiresIn: f.expiresIn, RefreshToken: newRefreshToken(), User: testUser,
	}
	f.access[tokens.AccessToken], f.refresh[tokens.RefreshToken] = true, true
	f.lines[tokens.AccessToken] = tokens.RefreshToken
	f.given = append(f.given, tokens.AccessToken, tokens.RefreshToken)
	return tokens
}

// newRefreshToken is a refresh token in the API's form.
func newRefreshToken() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	return "fsr_" + base64.RawURLEncoding.EncodeToString(secret)
}

func (f *fakeAPI) renew(w http.ResponseWriter, r *http.Request) {
	var grant portal.RefreshGrant
	if err := strictJSON(r, &grant); err != nil {
		refuse(w, 400, portal.Errorf(portal.Invalid, "%v", err))
		return
	}
	if f.held != nil {
		wait.Hold(f.t, f.held)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refreshes++
	if f.drop {
		panic(http.ErrAbortHandler)
	}
	lost := f.lose > 0
	if lost {
		f.lose--
		defer panic(http.ErrAbortHandler)
	}
	if again, made := f.requests[grant]; made && grant.RequestID != "" && f.refresh[again.RefreshToken] {
		reply(w, 200, again)
		return
	}
	if f.refuseRefresh != nil || !f.refresh[grant.RefreshToken] {
		refuse(w, 401, portal.Errorf(portal.SessionRevoked, "Your session was ended."))
		return
	}
	delete(f.refresh, grant.RefreshToken)
	clear(f.access)
	f.requests[grant] = f.tokens()
	reply(w, 200, f.requests[grant])
}

// count returns one of the API's numbers under its lock.
func (f *fakeAPI) count(n *int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *n
}

// expireAccess makes every access token bad, as their end would.
func (f *fakeAPI) expireAccess() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.access)
}

// memoryKeyring is a keyring in memory that can fail or wait.
type memoryKeyring struct {
	mu      sync.Mutex
	secrets map[string]string
	err     error
	t       *testing.T
	hold    chan struct{} // where set, calls wait until it is closed
	waiting chan struct{} // receives for each call that waits
	sets    int
}

// hang lets every further call wait until hold is closed; nil lets them through.
func (m *memoryKeyring) hang(t *testing.T, hold chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t, m.hold = t, hold
	if m.waiting == nil {
		m.waiting = make(chan struct{}, 100)
	}
}

// awaitCall waits until a call of the keyring waits.
func (m *memoryKeyring) awaitCall(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	waiting := m.waiting
	m.mu.Unlock()
	wait.For(t, time.Minute, "a call of the keyring", waiting)
}

func (m *memoryKeyring) writes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sets
}

func (m *memoryKeyring) locked(do func() error) error {
	m.mu.Lock()
	t, hold, waiting := m.t, m.hold, m.waiting
	m.mu.Unlock()
	if hold != nil {
		select {
		case waiting <- struct{}{}:
		default:
		}
		wait.Hold(t, hold)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	return do()
}

func (m *memoryKeyring) Get(service, account string) (value string, err error) {
	err = m.locked(func() error {
		var found bool
		if value, found = m.secrets[service+" "+account]; !found {
			return keyring.ErrNotFound
		}
		return nil
	})
	return value, err
}

func (m *memoryKeyring) Set(service, account, secret string) error {
	return m.locked(func() error {
		if m.secrets == nil {
			m.secrets = map[string]string{}
		}
		m.secrets[service+" "+account] = secret
		m.sets++
		return nil
	})
}

func (m *memoryKeyring) Delete(service, account string) error {
	return m.locked(func() error {
		if _, found := m.secrets[service+" "+account]; !found {
			return keyring.ErrNotFound
		}
		delete(m.secrets, service+" "+account)
		return nil
	})
}

func (m *memoryKeyring) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// kept returns the session that the keyring holds, or "".
func (m *memoryKeyring) kept() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, secret := range m.secrets {
		return secret
	}
	return ""
}

type event struct {
	name    string
	payload any
}

// testApp is a Desktop on a fake API, with a browser the test plays.
type testApp struct {
	*Desktop
	api     *fakeAPI
	ring    *memoryKeyring
	browser chan string // links the browser was opened with
	mu      sync.Mutex
	events  []event
	raised  int
}

func newTestApp(t *testing.T, change ...func(*Options)) *testApp {
	t.Helper()
	b := &testApp{api: newFakeAPI(t), ring: &memoryKeyring{}, browser: make(chan string, 16)}
	b.Desktop = b.another(t, change...)
	return b
}

// another is a second start of the app: same user, same computer, same API.
func (b *testApp) another(t *testing.T, change ...func(*Options)) *Desktop {
	t.Helper()
	o := Options{
		Version: "1.2.3", Commit: "abc",
		Settings:  Settings{APIURL: b.api.URL, APIURLManaged: true, AllowSessionOnly: true, AllowExport: true},
		ConfigDir: t.TempDir(), StateDir: t.TempDir(),
		Log: slog.New(slog.DiscardHandler), LogFile: io.NopCloser(nil),
		Emit:        b.emit,
		Raise:       func() { b.mu.Lock(); b.raised++; b.mu.Unlock() },
		OpenBrowser: func(link string) error { b.browser <- link; return nil },
		Keyring:     b.ring,
		network:     &networkWatch{addresses: func() string { return "" }, clock: func() moment { return moment{} }},
	}
	for _, c := range change {
		c(&o)
	}
	d := New(o)
	if o.clock == nil {
		d.closeWait = wait.Timeout(20 * time.Second) // what a busy machine has not done by then would go on in folders that are gone
	}
	if d.endpoint != nil {
		d.endpoint.session.pause = func(context.Context, time.Duration) error { return nil }
		d.endpoint.session.screenWait = time.Minute
	}
	t.Cleanup(func() {
		d.Close()
		b.api.mu.Lock()
		defer b.api.mu.Unlock()
		scan(t, o.StateDir, b.api.given)
		scan(t, o.ConfigDir, b.api.given)
	})
	return d
}

func (b *testApp) emit(name string, payload any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, event{name, payload})
}

func (b *testApp) emitted(name string) []any {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []any
	for _, e := range b.events {
		if e.name == name {
			found = append(found, e.payload)
		}
	}
	return found
}

type signInResult struct {
	me  portal.Me
	err error
}

// start clicks a sign-in button. It returns the attempt's result, and the link that the browser was opened with.
func (b *testApp) start(t *testing.T, provider portal.ProviderID) (<-chan signInResult, string) {
	t.Helper()
	result := make(chan signInResult, 1)
	go func() {
		me, err := b.SignIn(t.Context(), string(provider))
		result <- signInResult{me, err}
	}()
	select {
	case link := <-b.browser:
		return result, link
	case r := <-result:
		t.Fatalf("the sign-in ended before the browser was opened: %v", r.err)
	case <-time.After(wait.Timeout(time.Minute)):
		t.Fatal("timed out waiting for the browser to be opened")
	}
	return nil, ""
}

// awaitLink returns the link that the browser is opened with.
func (b *testApp) awaitLink(t *testing.T) string {
	t.Helper()
	return wait.For(t, time.Minute, "the browser to be opened", b.browser)
}

// ended returns the result of a sign-in.
func ended(t *testing.T, result <-chan signInResult) signInResult {
	t.Helper()
	return wait.For(t, time.Minute, "the sign-in to end", result)
}

// signIn runs a whole sign-in.
func (b *testApp) signIn(t *testing.T) portal.Me {
	t.Helper()
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	r := ended(t, result)
	if r.err != nil {
		t.Fatalf("sign-in failed: %v", r.err)
	}
	return r.me
}

// response returns the provider's response to an authorization request.
func (b *testApp) response(target url.Values) url.Values {
	return url.Values{
		"state": {target.Get("state")}, "code": {b.api.authorize(target)}, "iss": {"https://issuer.example"},
	}
}

var noRedirects = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       wait.Timeout(time.Minute),
}

// follow opens a start link and returns the authorization request that it leads to.
func follow(t *testing.T, link string) url.Values {
	t.Helper()
	return lead(t, link).Query()
}

func lead(t *testing.T, link string) *url.URL {
	t.Helper()
	response, err := noRedirects.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusFound {
		t.Fatalf("the start link: got status %d", response.StatusCode)
	}
	return locationOf(t, response)
}

type shown struct {
	status int
	body   string
	header http.Header
}

func get(t *testing.T, address string) shown {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ask(t, request)
}

func post(t *testing.T, address string, form url.Values) shown {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return ask(t, request)
}

// ask makes a request as a browser does. For an accepted provider's response it returns the last page.
func ask(t *testing.T, request *http.Request) shown {
	t.Helper()
	response, err := noRedirects.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSeeOther {
		return get(t, locationOf(t, response).String())
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return shown{response.StatusCode, string(body), response.Header}
}

func locationOf(t *testing.T, response *http.Response) *url.URL {
	t.Helper()
	target, err := response.Location()
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func wantCode(t *testing.T, err error, code portal.Code) *Problem {
	t.Helper()
	if err == nil {
		t.Fatalf("want code %s, got no error", code)
	}
	p := ProblemOf(err)
	if p.Code != code {
		t.Fatalf("want code %s, got %s: %s", code, p.Code, p.Message)
	}
	return p
}
