package keyring

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// Version is the version of the entry's format.
const Version = 1

// Session is the entry in the keyring: what is needed to renew the session, and the grant in use. Family is the
// refresh-token family of one sign-in, and Generation counts its renewals, so that an outdated entry can be
// recognised. RequestID is set from before the refresh token is sent until its successor is stored. The names in JSON
// are old: an entry of an earlier version must stay readable.
type Session struct {
	Version      int    `json:"v"`
	API          string `json:"api"`
	Family       string `json:"line"`
	Generation   int    `json:"turn"`
	RefreshToken string `json:"refresh_token"`
	RequestID    string `json:"request_id,omitempty"`
	UserID       string `json:"user_id"`
	GrantID      string `json:"grant_id,omitempty"`
	// Provider is the identity provider of the sign-in. An entry of an earlier version has none.
	Provider string `json:"provider,omitempty"`
}

var (
	// ErrBroken is the error of Parse for an entry that is not a session of this API.
	ErrBroken = errors.New("the keyring's entry is not a session of this API")
	// ErrNewer is the error of Parse for an entry of a newer version of the app.
	ErrNewer = errors.New("the keyring's entry is of a newer version of this app")
)

// Parse returns the session in a secret, ErrNewer or ErrBroken. Other programs may write the keyring, so an entry is
// accepted only if it is complete and sameOrigin reports that its API is the one in use.
func Parse(secret string, sameOrigin func(api string) bool) (Session, error) {
	if isNewer(secret) {
		return Session{}, ErrNewer
	}
	var s Session
	if len(secret) > maxSecret || json.Unmarshal([]byte(secret), &s) != nil || !s.valid() || !sameOrigin(s.API) {
		return Session{}, ErrBroken
	}
	return s, nil
}

func (s Session) valid() bool {
	return s.Version == Version && s.Generation > 0 && isUUID(s.Family) && IsRefreshToken(s.RefreshToken) &&
		(s.RequestID == "" || IsRequestID(s.RequestID)) && isUUID(s.UserID) && (s.GrantID == "" || isUUID(s.GrantID))
}

// isNewer checks the version alone: the other members of a newer format may have any meaning.
func isNewer(secret string) bool {
	var entry struct {
		Version int `json:"v"`
	}
	return json.Unmarshal([]byte(secret), &entry) == nil && entry.Version > Version
}

func isUUID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{22,64}$`)

// IsRequestID reports whether text has the form of a refresh request's id.
func IsRequestID(text string) bool { return requestIDForm.MatchString(text) }

// IsRefreshToken reports whether text has the form of the API's refresh tokens: a prefix and 256 bits.
func IsRefreshToken(text string) bool {
	encoded, prefixed := strings.CutPrefix(text, "fsr_")
	if !prefixed || len(encoded) != 43 {
		return false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	return err == nil && len(secret) == 32
}
