package desktop

import (
	"encoding/json"
	"errors"
	"os"

	"github.com/google/uuid"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// newFamily returns the session of a new sign-in at api.
func newFamily(api string, provider portal.ProviderID, tokens portal.Tokens) keyring.Session {
	return keyring.Session{
		Version: keyring.Version, API: api, Family: uuid.NewString(), Generation: 1,
		RefreshToken: tokens.RefreshToken, UserID: tokens.User.ID, Provider: string(provider),
	}
}

// nextGeneration returns the session after tokens replaced its refresh token.
func nextGeneration(s keyring.Session, tokens portal.Tokens) keyring.Session {
	s.RefreshToken, s.RequestID, s.UserID = tokens.RefreshToken, "", tokens.User.ID
	s.Generation++
	return s
}

var (
	errOutdated = errors.New("the keyring's session was renewed or replaced since")
	errEnded    = errors.New("the keyring's session has ended")
)

// generationFile is the session file: it holds this computer's newest sign-in and how often it was renewed, and nothing
// secret. A keyring that fails may keep a refresh token that was already used; if it were sent again, the API would
// treat it as stolen and end the session. The file is written by the process that holds the session's lock.
type generationFile struct{ path string }

// generationSuffix is an old name: the file of an earlier version must be found.
const generationSuffix = ".turn"

// generation is the content of the file. RequestID is the id that the current refresh token is or was sent with, for
// another process that cannot read it from the keyring; it is useless without the token. Ended means that the sign-in
// has ended, whatever the keyring holds. The names in JSON are old: a file of an earlier version must stay readable.
type generation struct {
	Family    string `json:"line"`
	Number    int    `json:"turn"`
	RequestID string `json:"request_id,omitempty"`
	Ended     bool   `json:"over,omitempty"`
}

func generationOf(s keyring.Session) generation {
	return generation{Family: s.Family, Number: s.Generation, RequestID: s.RequestID}
}

// read returns the zero value if the file is missing or unusable. Then the keyring alone decides.
func (f generationFile) read() generation {
	var g generation
	content, err := os.ReadFile(f.path)
	if err != nil || len(content) > 1024 || json.Unmarshal(content, &g) != nil {
		return generation{}
	}
	return g
}

// check returns errEnded for a session that has ended, and errOutdated for one that is not the newest.
func (f generationFile) check(s keyring.Session) error {
	g := f.read()
	switch {
	case g.Family == "":
		return nil
	case g.Family == s.Family && g.Ended:
		return errEnded
	case g.Family != s.Family || g.Number > s.Generation:
		return errOutdated
	}
	return nil
}

// requestID returns the id that a process has sent the session's token with, if the file has it.
func (f generationFile) requestID(s keyring.Session) string {
	g := f.read()
	if g.Family != s.Family || g.Number != s.Generation || !keyring.IsRequestID(g.RequestID) {
		return ""
	}
	return g.RequestID
}

// write replaces the file. If that fails, the file is removed: it must not keep outdated content.
func (f generationFile) write(g generation) error {
	content, err := json.Marshal(g)
	if err != nil {
		return err
	}
	if err := writeFile(f.path, append(content, '\n')); err != nil {
		return errors.Join(err, os.Remove(f.path))
	}
	return nil
}

// end marks a family as ended, unless the file holds another one.
func (f generationFile) end(family string) error {
	g := f.read()
	if family == "" || (g.Family != "" && g.Family != family) {
		return nil
	}
	return f.write(generation{Family: family, Number: g.Number, Ended: true})
}
