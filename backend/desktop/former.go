package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"fs-client-portal/backend/desktop/keyring"
)

const (
	// formerLife is the idle limit of a session on the server. formerTries is at how many starts of the app the server
	// may be unreachable. After either the session is removed.
	formerLife  = 14 * 24 * time.Hour
	formerTries = 20
	// formerWait bounds one try, which runs in the background.
	formerWait = time.Minute
	// formerMost is how many are ended at one start.
	formerMost = 5
	// notedFor is how old a note of the session in use may become.
	notedFor = 24 * time.Hour
)

// keptNote is a file beside the session's lock with the API of the session in the keyring, because a keyring's entries
// cannot be listed. It holds nothing secret.
type keptNote struct{ file string }

// keptAt is the file's content: when a session of the API was last used, and how many starts since then have failed to
// end it.
type keptAt struct {
	API   string    `json:"api"`
	Used  time.Time `json:"used"`
	Tries int       `json:"tries,omitempty"`
}

// read returns false if the file is missing or unusable. The content is validated, because other programs may write it.
func (n keptNote) read() (keptAt, bool) {
	var at keptAt
	content, err := os.ReadFile(n.file)
	if err != nil || len(content) > 4096 || json.Unmarshal(content, &at) != nil {
		return keptAt{}, false
	}
	checked, err := CheckAPIURL(at.API)
	return at, err == nil && checked == at.API && at.Tries >= 0
}

func (n keptNote) write(at keptAt) error {
	content, err := json.Marshal(at)
	if err != nil {
		return err
	}
	return writeFile(n.file, append(content, '\n'))
}

// use records that a session of the API is in use, at most once a day.
func (n keptNote) use(api string, now time.Time) error {
	at, ok := n.read()
	if ok && at.API == api && at.Tries == 0 && now.Sub(at.Used).Abs() < notedFor {
		return nil
	}
	return n.write(keptAt{API: api, Used: now})
}

// over reports whether a session has reached its idle limit, or its server was out of reach too often.
func (at keptAt) over(now time.Time) bool {
	return at.Tries >= formerTries || now.Sub(at.Used).Abs() > formerLife
}

func noteOf(stateDir, account string) keptNote {
	return keptNote{sessionFile(stateDir, account, ".api")}
}

// formerNotes returns the notes of sessions with another origin than the API in use. An address replaces another one
// only if it is certain to be right: if IT has set it, or a session was stored for it. A mistyped address does not cost
// the user the session.
func (d *Desktop) formerNotes() []keptNote {
	api := d.address()
	_, signedInHere := noteOf(d.options.StateDir, accountOf(api)).read()
	if api == "" || !d.options.Settings.APIURLManaged && !signedInHere {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(d.options.StateDir, "session-*.api"))
	var former []keptNote
	for _, file := range files {
		note := keptNote{file}
		if at, ok := note.read(); ok && !sameOrigin(at.API, api) && file == noteOf(d.options.StateDir, accountOf(at.API)).file {
			former = append(former, note)
		}
	}
	return former[:min(len(former), formerMost)]
}

// endFormer ends the sessions that earlier runs stored for other origins, each on the server that issued it, and then
// removes them. The keyring may prompt for its password: it is asked for the session in use first, and for no other
// while it does not respond.
func (d *Desktop) endFormer(ctx context.Context) {
	notes := d.formerNotes()
	current, err := d.currentEndpoint()
	if len(notes) == 0 || err != nil {
		return
	}
	_, err = current.session.vault.Load(ctx)
	if unusable := (*keyring.Error)(nil); errors.As(err, &unusable) {
		return
	}
	for _, note := range notes {
		if at, ok := note.read(); ok && ctx.Err() == nil && !sameOrigin(at.API, d.address()) {
			d.endFormerAt(ctx, note, at)
		}
	}
}

func (d *Desktop) endFormerAt(ctx context.Context, note keptNote, at keptAt) {
	s := d.formerSession(at.API)
	ended := at.over(d.clock.Now())
	if ended {
		unlock := s.lock(ctx)
		ended = s.removeFamily(ctx, "") == nil
		unlock()
	} else {
		trying, cancel := context.WithTimeout(ctx, formerWait)
		ended = s.abandon(trying)
		cancel()
	}
	if ctx.Err() != nil {
		return
	}
	err := os.Remove(note.file)
	if !ended {
		at.Tries++
		err = note.write(at)
	}
	d.options.Log.Info("session of a former address", "ended", ended, "tries", at.Tries, "noted", err == nil)
}

// formerSession is a session whose end concerns no screen.
func (d *Desktop) formerSession(apiURL string) *session {
	o := d.options
	o.Emit = func(string, any) {}
	api := newAPIClient(apiURL, o.Version, o.Settings.RootCAs, o.Log)
	api.clock = d.clock
	s := newSession(api, o, apiURL, accountOf(apiURL), d.keyringWait)
	s.noteUse = func() error { return nil }
	return s
}
