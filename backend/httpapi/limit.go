package httpapi

import (
	"crypto/sha256"
	"math"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/jellydator/ttlcache/v3"
	"golang.org/x/time/rate"

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
		claims: newLimit(claimRate, c.Now), lines: newRecent[string](),
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

// line returns what a refresh token counts under: the line of tokens it comes from.
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

// limit lets a number of requests of each key through at once and as many each minute, evenly. A nil limit lets
// everything through.
type limit struct {
	rate     int
	limiters *recent[*rate.Limiter]
	now      func() time.Time
}

func newLimit(perMinute int, now func() time.Time) *limit {
	if perMinute <= 0 {
		return nil
	}
	return &limit{rate: perMinute, limiters: newRecent[*rate.Limiter](), now: now}
}

// take counts one request of key, or returns how long to wait until it would be let through. What is refused costs
// nothing, even while other requests of the key are refused at the same time; Reservation.Cancel does not promise that.
func (l *limit) take(key string) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	limiter := l.limiters.getOrPut(key, func() *rate.Limiter {
		return rate.NewLimiter(rate.Limit(float64(l.rate)/time.Minute.Seconds()), l.rate)
	})
	now := l.now()
	if limiter.AllowN(now, 1) {
		return 0, true
	}
	missing := (1 - limiter.TokensAt(now)) / float64(limiter.Limit())
	return max(time.Nanosecond, time.Duration(math.Ceil(missing*float64(time.Second)))), false
}

// giveBack undoes a take, whenever that was. Reservation.Cancel gives nothing back once its time has passed.
func (l *limit) giveBack(key string) {
	if l == nil {
		return
	}
	if limiter, ok := l.limiters.get(key); ok {
		limiter.AllowN(l.now(), -1)
	}
}

// recentMost is how many keys a recent holds.
const recentMost = 1 << 16

// recent remembers what was put or asked for in the last minute. Under a flood of keys it forgets sooner, what was not
// used for the longest time first. A limit that is forgotten after a minute has nothing left to remember: it is full.
type recent[V any] struct{ cache *ttlcache.Cache[string, V] }

func newRecent[V any]() *recent[V] {
	return &recent[V]{ttlcache.New(ttlcache.WithTTL[string, V](time.Minute), ttlcache.WithCapacity[string, V](recentMost))}
}

func (r *recent[V]) get(key string) (value V, ok bool) {
	if item := r.cache.Get(key); item != nil {
		return item.Value(), true
	}
	return value, false
}

func (r *recent[V]) put(key string, value V) {
	r.cache.DeleteExpired()
	r.cache.Set(key, value, ttlcache.DefaultTTL)
}

func (r *recent[V]) getOrPut(key string, fresh func() V) V {
	r.cache.DeleteExpired()
	item, _ := r.cache.GetOrSetFunc(key, fresh)
	return item.Value()
}
