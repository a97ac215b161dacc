package desktop

import (
	"encoding/base64"
	"encoding/json"
	"errors"
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
// sign-in, and turn counts its renewals: so an entry that was left behind can be told from the newest.
type keptSession struct {
	Version      int    `json:"v"`
	API          string `json:"api"`
	Line         string `json:"line"`
	Turn         int    `json:"turn"`
	RefreshToken string `json:"refresh_token"`
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
	k.RefreshToken, k.UserID = tokens.RefreshToken, tokens.User.ID
	k.Turn++
	return k
}

var errBroken = errors.New("what the keyring holds is not a session of this API")

// parseKept reads what a keyring answered for api. Anything but a whole session of that API is errBroken: others
// may write the keyring, and nothing they wrote may reach the API.
func parseKept(secret, api string) (keptSession, error) {
	var k keptSession
	if len(secret) > secretLimit || json.Unmarshal([]byte(secret), &k) != nil {
		return keptSession{}, errBroken
	}
	whole := k.Version == keptVersion && k.API == api && k.Turn > 0 && checkID(k.Line) == nil &&
		isRefreshToken(k.RefreshToken) && checkID(k.UserID) == nil && (k.GrantID == "" || checkID(k.GrantID) == nil)
	if !whole {
		return keptSession{}, errBroken
	}
	return k, nil
}

// isRefreshToken tells the API's refresh tokens by their form: a prefix and 256 bits.
func isRefreshToken(text string) bool {
	encoded, prefixed := strings.CutPrefix(text, "fsr_")
	if !prefixed || len(encoded) != 43 {
		return false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	return err == nil && len(secret) == 32
}
