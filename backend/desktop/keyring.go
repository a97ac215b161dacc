package desktop

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/zalando/go-keyring"

	"fs-client-portal/backend/portal"
)

const (
	keyringService = "fs-client-portal"
	// keyringWait is long enough for somebody to type the keyring's password.
	keyringWait = 30 * time.Second
	// secretLimit is what the smallest keyring takes, Windows'; what we keep is some 350 bytes.
	secretLimit = 2560
)

// Keyring is the operating system's store of secrets; tests bring their own.
type Keyring interface {
	Get(service, account string) (string, error)
	Set(service, account, secret string) error
	Delete(service, account string) error
}

// SystemKeyring is the keyring of the operating system.
type SystemKeyring struct{}

// Get answers a secret, keyring.ErrNotFound where there is none.
func (SystemKeyring) Get(service, account string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	secret, err := keyring.Get(service, account)
	return secret, identify(err)
}

// Set stores a secret.
func (SystemKeyring) Set(service, account, secret string) error {
	if err := reachable(); err != nil {
		return err
	}
	return identify(keyring.Set(service, account, secret))
}

// Delete forgets a secret, keyring.ErrNotFound where there is none.
func (SystemKeyring) Delete(service, account string) error {
	if err := reachable(); err != nil {
		return err
	}
	return identify(keyring.Delete(service, account))
}

const keptVersion = 1

// keptSession is all that outlives the app: what renews the session, and which grant was in use. A line is one
// sign-in, and turn counts its renewals: so an entry that was left behind can be told from the newest. RequestID is set
// from before the refresh token is sent until its successor is kept.
type keptSession struct {
	Version      int    `json:"v"`
	API          string `json:"api"`
	Line         string `json:"line"`
	Turn         int    `json:"turn"`
	RefreshToken string `json:"refresh_token"`
	RequestID    string `json:"request_id,omitempty"`
	UserID       string `json:"user_id"`
	GrantID      string `json:"grant_id,omitempty"`
}

// newLine is the session of a fresh sign-in at api.
func newLine(api, grantID string, tokens portal.Tokens) keptSession {
	return keptSession{
		Version: keptVersion, API: api, Line: uuid.NewString(), Turn: 1,
		RefreshToken: tokens.RefreshToken, UserID: tokens.User.ID, GrantID: grantID,
	}
}

// renewed is the session after tokens replaced its refresh token.
func (k keptSession) renewed(tokens portal.Tokens) keptSession {
	k.RefreshToken, k.RequestID, k.UserID = tokens.RefreshToken, "", tokens.User.ID
	k.Turn++
	return k
}

var (
	errBroken = errors.New("what the keyring holds is not a session of this API")
	errNewer  = errors.New("what the keyring holds is of a newer version of this app")
)

// parseKept reads what a keyring returned for api. An entry of a newer version is errNewer. Anything else but a whole
// session of that API's origin is errBroken: others may write the keyring, and nothing they wrote may reach the API.
func parseKept(secret, api string) (keptSession, error) {
	var k keptSession
	if isNewer(secret) {
		return keptSession{}, errNewer
	}
	if len(secret) > secretLimit || json.Unmarshal([]byte(secret), &k) != nil {
		return keptSession{}, errBroken
	}
	whole := k.Version == keptVersion && sameOrigin(k.API, api) && k.Turn > 0 && checkID(k.Line) == nil &&
		isRefreshToken(k.RefreshToken) && (k.RequestID == "" || isRequestID(k.RequestID)) && checkID(k.UserID) == nil &&
		(k.GrantID == "" || checkID(k.GrantID) == nil)
	if !whole {
		return keptSession{}, errBroken
	}
	return k, nil
}

// isNewer reads the version alone: a newer one may mean anything by the rest.
func isNewer(secret string) bool {
	var entry struct {
		Version int `json:"v"`
	}
	return json.Unmarshal([]byte(secret), &entry) == nil && entry.Version > keptVersion
}

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{22,64}$`)

func isRequestID(text string) bool { return requestIDForm.MatchString(text) }

// isRefreshToken tells the API's refresh tokens by their form: a prefix and 256 bits.
func isRefreshToken(text string) bool {
	encoded, prefixed := strings.CutPrefix(text, "fsr_")
	if !prefixed || len(encoded) != 43 {
		return false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	return err == nil && len(secret) == 32
}
