package desktop

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

const (
	signInLimit = 5 * time.Minute
	// firstScreenWait is how long the first screen waits for the keyring before it shows itself anyway.
	firstScreenWait = 1500 * time.Millisecond
	clipboardLimit  = 64 << 10
)

// Options are the dependencies of a Desktop.
type Options struct {
	Version, Commit     string
	Settings            Settings
	ConfigDir, StateDir string
	Log                 *slog.Logger
	LogFile             io.Closer
	// Emit sends an event to the screens, Raise brings the window to the front.
	Emit        func(event string, payload any)
	Raise       func()
	OpenBrowser func(link string) error
	// ChooseFile asks the user where to save a file of this name. It returns "" if the user cancels.
	ChooseFile func(name string) (path string, err error)
	Keyring    keyring.Keyring
	// Link is the text with which the system has started the app to open a link, "" for none.
	Link string
	// clock, network and exit are the system's unless a test sets others.
	clock   clock
	network *networkWatch
	exit    func(code int)
	// disk, if set by a test, is what exports are written through.
	disk func(io.Writer) io.Writer
}

// Desktop implements everything behind the window. Its methods are safe for concurrent use.
type Desktop struct {
	options     Options
	signInLimit time.Duration
	keyringWait time.Duration
	closeWait   time.Duration
	clock       clock
	watches     watches
	exports     exports
	liveness    liveness
	started     *started
	computer    computer
	opened      openedLinks
	leaving     sync.Once
	// former ends the sessions that earlier runs have left at other addresses.
	former sync.Once
	// closed is done when the app closes.
	closed context.Context
	close  context.CancelFunc

	// files is held while a file of the user's choices is read and replaced.
	files sync.Mutex

	mu       sync.Mutex
	apiURL   string
	endpoint *endpoint
	// resuming ends the wait of the last Resume.
	resuming context.CancelFunc
	// signingIn is the sign-in under way; unfinished one that waits for its invite code.
	signingIn  *signIn
	unfinished *unfinishedSignIn
}

// New makes a Desktop. It touches neither the keyring nor the network.
func New(o Options) *Desktop {
	d := &Desktop{options: o, signInLimit: signInLimit, keyringWait: keyring.Wait, closeWait: closeWait, clock: o.clock}
	d.started = newStarted()
	d.computer = newComputer(o.Version, o.Commit, o.ConfigDir, o.StateDir, o.Keyring)
	d.closed, d.close = context.WithCancel(context.Background())
	if d.clock == nil {
		d.clock = systemClock{}
	}
	if d.options.exit == nil {
		d.options.exit = os.Exit
	}
	d.connect(o.Settings.APIURL, nil)
	d.opened.open(o.Link)
	go d.watchNetwork()
	go d.removeUnfinishedExport()
	for _, note := range o.Settings.Notes {
		o.Log.Warn("settings", "note", note)
	}
	return d
}

// Startup is everything the first screen needs, known without the network.
type Startup struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Platform string `json:"platform"`
	// APIURL is empty if the user must enter it. If it is managed, the user cannot change it.
	APIURL        string `json:"api_url"`
	APIURLManaged bool   `json:"api_url_managed"`
	// Providers are those that policy allows. An empty list allows all.
	Providers   []string `json:"providers"`
	AllowExport bool     `json:"allow_export"`
	// ManagedByName and ManagedByURL are shown beside what the user cannot change. Either may be empty.
	ManagedByName string `json:"managed_by_name"`
	ManagedByURL  string `json:"managed_by_url"`
	// HasSession reports whether Resume may succeed. KeyringProblem tells the user why it cannot.
	HasSession     bool   `json:"has_session"`
	KeyringProblem string `json:"keyring_problem"`
}

// Startup returns without waiting for a keyring that asks for its password: Resume waits for that.
func (d *Desktop) Startup(ctx context.Context) Startup {
	d.started.note()
	settings := d.options.Settings
	s := Startup{
		Version: d.options.Version, Commit: d.options.Commit, Platform: runtime.GOOS + "/" + runtime.GOARCH,
		APIURLManaged: settings.APIURLManaged,
		Providers:     append([]string{}, settings.Providers...),
		AllowExport:   settings.AllowExport,
		ManagedByName: settings.ManagedByName,
		ManagedByURL:  settings.ManagedByURL,
	}
	current, err := d.currentEndpoint()
	if err != nil {
		return s
	}
	s.APIURL = d.address()
	s.HasSession, s.KeyringProblem = current.session.look(ctx)
	d.former.Do(func() { go d.endFormer(d.closed) })
	return s
}

func (d *Desktop) address() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.apiURL
}

// SetAPIURL stores the user's choice of the API. A session continues at another address of the same origin. For another
// origin it is ended on the server, if that can be reached, and then removed.
func (d *Desktop) SetAPIURL(raw string) error {
	if d.options.Settings.APIURLManaged {
		return problem(PolicyForbids, "Your organisation has set the portal's address; it cannot be changed here.")
	}
	checked, err := CheckAPIURL(raw)
	if err != nil {
		return err
	}
	if err := writeChoice(d.options.ConfigDir, checked); err != nil {
		d.options.Log.Warn("choice not kept", "error", err.Error())
	}
	if checked == d.address() {
		return nil
	}
	err = d.CancelSignIn()
	d.unwatch()
	d.exports.stop(signedOut())
	previous, _ := d.currentEndpoint()
	if previous != nil && !sameOrigin(checked, d.address()) {
		telling, cancel := context.WithTimeout(context.Background(), logoutWait)
		previous.session.abandon(telling)
		cancel()
		previous = nil
	}
	d.connect(checked, previous)
	return err
}

// connect makes apiURL the API in use, with the session of the previous connection, if any.
func (d *Desktop) connect(apiURL string, previous *endpoint) {
	if apiURL == "" {
		return
	}
	api := newAPIClient(apiURL, d.options.Version, d.options.Settings.RootCAs, d.options.Log)
	api.clock, api.emit = d.clock, d.options.Emit
	s := newSession(api, d.options, apiURL, accountOf(apiURL), d.keyringWait)
	if previous != nil {
		s.continueFrom(previous.session)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.apiURL, d.endpoint = apiURL, &endpoint{api, s}
}

func (d *Desktop) currentEndpoint() (*endpoint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.endpoint == nil {
		return nil, problem(NoAPIURL, "The portal's address is not known yet.")
	}
	return d.endpoint, nil
}

// Providers returns the API's identity providers that policy allows.
func (d *Desktop) Providers(ctx context.Context) ([]portal.Provider, error) {
	current, err := d.currentEndpoint()
	if err != nil {
		return nil, err
	}
	var response struct {
		Providers []portal.Provider `json:"providers"`
	}
	if err := current.api.do(ctx, request{method: "GET", path: "/v1/auth/providers", out: &response}); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(response.Providers, func(p portal.Provider) bool { return !d.allowed(p.ID) }), nil
}

func (d *Desktop) allowed(provider portal.ProviderID) bool {
	allowed := d.options.Settings.Providers
	return knownProvider(string(provider)) && (len(allowed) == 0 || slices.Contains(allowed, string(provider)))
}

// Resume continues the session of an earlier run. The code is signed_out if there is none. CancelSignIn ends the wait
// for a keyring that asks for its password.
func (d *Desktop) Resume(ctx context.Context) (portal.Me, error) {
	current, err := d.currentEndpoint()
	if err != nil {
		return portal.Me{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d.mu.Lock()
	d.resuming = cancel
	d.mu.Unlock()
	if err := current.session.resume(ctx); err != nil {
		return portal.Me{}, err
	}
	return current.me(ctx)
}

// Me returns the signed-in user.
func (d *Desktop) Me(ctx context.Context) (portal.Me, error) {
	current, err := d.currentEndpoint()
	if err != nil {
		return portal.Me{}, err
	}
	return current.me(ctx)
}

// UseGrant makes further calls act under another of the user's grants, once the API has agreed.
func (d *Desktop) UseGrant(ctx context.Context, id string) (portal.Me, error) {
	current, err := d.currentEndpoint()
	if err != nil {
		return portal.Me{}, err
	}
	if err := checkID(id); err != nil {
		return portal.Me{}, err
	}
	var me portal.Me
	err = current.session.call(ctx, request{method: "GET", path: "/v1/me", grant: id, out: &me})
	if err == nil {
		d.unwatch()
		d.exports.stop(problem(Cancelled, "The export ended because you have changed your role."))
		current.session.useGrant(ctx, id)
	}
	return me, err
}

// SignOut ends the session on the server and empties the keyring.
func (d *Desktop) SignOut(ctx context.Context) error {
	current, err := d.currentEndpoint()
	if err != nil {
		return err
	}
	d.unwatch()
	d.exports.stop(signedOut())
	return errors.Join(d.CancelSignIn(), current.session.signOut(ctx))
}

// CheckClipboardText returns an error for text that no screen has a reason to copy.
func CheckClipboardText(text string) error {
	if len(text) > clipboardLimit {
		return problem(portal.TooLarge, "That is too much text for the clipboard.")
	}
	return nil
}
