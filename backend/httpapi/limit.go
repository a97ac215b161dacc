package httpapi

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"fs-client-portal/backend/portal"
)

func humaUnwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humago.Unwrap(ctx) }

// limits bounds requests a minute, in the memory of each replica: n replicas let n times as many through.
//
// address is for the routes nobody has signed in for, and for the description of the API, each by itself: a flood of one
// leaves the others alone. It
// is generous, because a whole office stands behind one address and comes at nine o'clock.
//
// account keeps one broken client from eating its office's share: what it refuses is given back to the address. It
// counts by what only the account has, the credential that was presented: never by a name, an address or an id somebody
// may merely claim, or anybody could lock anybody out. A refresh token is good once, so the one issued inherits the
// count of the one it replaces (lines): all tokens of a session count as one. An authorization code counts with its
// attempt and verifier; how many invite codes may be tried, attempt and invite count themselves, in the database.
//
// session is for everything else, by the session of the verified access token. trials is for what makes the server call
// an address that an admin names, fieldMaps for what makes it read thousands of customers, both by the MSSP. claims is for
// the codes of invites that somebody who is signed in tries, by the user.
type limits struct {
	address, account, session, trials, fieldMaps, claims *limit
	lines                                                *recent[string]
}

// trialRate is how many connections an MSSP may try a minute: enough for somebody who types, nothing to scan with.
const trialRate = 10

// fieldMapRate is how many previews and changes of field maps an MSSP may ask for a minute.
const fieldMapRate = 30

// claimRate is how many codes of invites a user may try a minute.
const claimRate = 10

func newLimits(c Config) limits {
	return limits{
		address: newLimit(c.AuthRate, c.Now), account: newLimit(c.AccountRate, c.Now), session: newLimit(c.SessionRate, c.Now),
		trials: newLimit(trialRate, c.Now), fieldMaps: newLimit(fieldMapRate, c.Now),
		claims: newLimit(claimRate, c.Now), lines: newRecent[string](c.Now),
	}
}

// credential is what a secret counts under; the secret itself is not kept.
func credential(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		hash.Write(sum[:])
	}
	return string(hash.Sum(nil))
}

// line answers what a refresh token counts under: the line of tokens it comes from.
func (l limits) line(refreshToken string) string {
	key := credential(refreshToken)
	if line, ok := l.lines.get(key); ok {
		return line
	}
	return key
}

// follow lets the token that was issued count under the line of the credential it was issued for.
func (l limits) follow(issued portal.Tokens, line string) {
	l.lines.put(credential(issued.RefreshToken), line)
}

// limit lets a number of requests through at once and as many each minute, evenly. A nil limit lets everything through.
type limit struct {
	mu    sync.Mutex
	every time.Duration // what one request costs
	full  time.Duration // what may be owed
	owed  *recent[time.Time]
	now   func() time.Time
}

func newLimit(rate int, now func() time.Time) *limit {
	if rate <= 0 {
		return nil
	}
	every := time.Minute / time.Duration(rate)
	return &limit{every: every, full: every * time.Duration(rate), owed: newRecent[time.Time](now), now: now}
}

// take counts one request of key, or answers how long to wait until it would be let through.
func (l *limit) take(key string) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	until, _ := l.owed.get(key)
	if until.Before(now) {
		until = now
	}
	until = until.Add(l.every)
	if wait := until.Sub(now) - l.full; wait > 0 {
		return wait, false
	}
	l.owed.put(key, until)
	return 0, true
}

// giveBack undoes a take.
func (l *limit) giveBack(key string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if until, ok := l.owed.get(key); ok {
		l.owed.put(key, until.Add(-l.every))
	}
}

// recentMost is how many keys a generation of recent holds.
const recentMost = 1 << 16

// recent remembers what was put or asked for in the last minute, and forgets it within two. Under a flood of keys it
// forgets sooner, the oldest first: never does it hold more than two generations.
type recent[V any] struct {
	mu         sync.Mutex
	young, old map[string]V
	since      time.Time
	now        func() time.Time
}

func newRecent[V any](now func() time.Time) *recent[V] {
	return &recent[V]{young: map[string]V{}, since: now(), now: now}
}

func (r *recent[V]) get(key string) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age()
	if value, ok = r.young[key]; ok {
		return value, true
	}
	if value, ok = r.old[key]; ok {
		r.young[key] = value
	}
	return value, ok
}

func (r *recent[V]) put(key string, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age()
	r.young[key] = value
}

func (r *recent[V]) age() {
	now := r.now()
	passed := now.Sub(r.since)
	switch {
	case passed >= 2*time.Minute || passed < 0:
		r.young, r.old, r.since = map[string]V{}, nil, now
	case passed >= time.Minute || len(r.young) >= recentMost:
		r.young, r.old, r.since = map[string]V{}, r.young, now
	}
}
