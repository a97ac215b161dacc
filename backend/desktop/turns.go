package desktop

import (
	"encoding/json"
	"errors"
	"os"
)

var (
	errLeftBehind = errors.New("the keyring holds a session that was renewed or replaced since")
	errOver       = errors.New("the keyring holds a session that has ended")
)

// turns is a file that says which sign-in is this computer's newest and how often it was renewed, and holds nothing
// secret. A keyring that fails may keep a refresh token that was spent: sent again, it would look stolen and
// end the session. The file is written by whoever holds the session's lock.
type turns struct{ file string }

// turn is what the file says. RequestID is what the turn's refresh token is or was sent with, for another process that
// cannot read it from the keyring; without the token it is of no use. Over: that sign-in has ended, whatever the keyring
// holds.
type turn struct {
	Line      string `json:"line"`
	Turn      int    `json:"turn"`
	RequestID string `json:"request_id,omitempty"`
	Over      bool   `json:"over,omitempty"`
}

// read answers the zero turn where nothing usable is written: then the keyring alone decides.
func (t turns) read() turn {
	var at turn
	content, err := os.ReadFile(t.file)
	if err != nil || len(content) > 1024 || json.Unmarshal(content, &at) != nil {
		return turn{}
	}
	return at
}

// check answers errOver for a session that has ended, errLeftBehind for another that is not the newest.
func (t turns) check(kept keptSession) error {
	at := t.read()
	switch {
	case at.Line == "":
		return nil
	case at.Line == kept.Line && at.Over:
		return errOver
	case at.Line != kept.Line || at.Turn > kept.Turn:
		return errLeftBehind
	}
	return nil
}

// requestID returns the id that a process has sent kept's token with, as far as the file says.
func (t turns) requestID(kept keptSession) string {
	at := t.read()
	if at.Line != kept.Line || at.Turn != kept.Turn || !isRequestID(at.RequestID) {
		return ""
	}
	return at.RequestID
}

// write makes at the newest. What cannot be written must not go on saying what was true before.
func (t turns) write(at turn) error {
	content, err := json.Marshal(at)
	if err != nil {
		return err
	}
	if err := writeFile(t.file, append(content, '\n')); err != nil {
		return errors.Join(err, os.Remove(t.file))
	}
	return nil
}

// end marks a sign-in as over, unless another came after it.
func (t turns) end(line string) error {
	at := t.read()
	if line == "" || (at.Line != "" && at.Line != line) {
		return nil
	}
	return t.write(turn{Line: line, Turn: at.Turn, Over: true})
}
