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

// limits are the rate limits, in requests per minute. Each replica counts in its own memory, so n replicas allow n
// times as many.
type limits struct {
	// address limits each route that needs no sign-in, and the OpenAPI document, for each client address. The routes are
	// counted separately, so that a flood on one does not affect the others. The limit is generous, because a whole
	// office shares one address and starts work at the same time.
	address *limit
	// account keeps one broken client from using up its office's share: a request that it rejects is refunded to the
	// address. It counts by the credential that was presented, never by a name, an address or an id, which an attacker
	// could send to lock out its owner. An authorization code counts together with its attempt and verifier; how many
	// invite codes may be tried is counted in the database, by attempt and invite.
	account *limit
	// families maps a refresh token to the key of its family in account: a token is valid once, and the token issued
	// for it inherits its key.
	families *minuteCache[string]
	// session limits all other routes, by the session of the verified access token.
	session *limit
	// trials limits, by MSSP, the routes that make the server call an address from the request.
	trials *limit
	// fieldMaps limits, by MSSP, the routes that make the server read thousands of customers.
	fieldMaps *limit
	// exports limits, by grant, how often exports start: each adds two rows to the audit log.
	exports *limit
	// claims limits, by user, the attempts to claim an invite by its code.
	claims *limit
}

// trialRate is how many connection tests an MSSP may run per minute: enough for an admin who fills in the form, too
// few for a port scan.
const trialRate = 10

// fieldMapRate is how many previews and changes of field maps an MSSP may request per minute.
const fieldMapRate = 30

// exportRate is how many exports the user of a grant may start per minute.
const exportRate = 30

// claimRate is how many invite codes a user may try per minute.
const claimRate = 10

func newLimits(c Config) limits {
	return limits{
		address: newLimit(c.AuthRate, c.Now), account: newLimit(c.AccountRate, c.Now), session: newLimit(c.SessionRate, c.Now),
		trials: newLimit(trialRate, c.Now), fieldMaps: newLimit(fieldMapRate, c.Now),
		exports: newLimit(exportRate, c.Now), claims: newLimit(claimRate, c.Now), families: newMinuteCache[string](),
	}
}

// credential returns the key under which requests with a secret are counted, so that the secret itself is not stored.
func credential(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		hash.Write(sum[:])
	}
	return string(hash.Sum(nil))
}

// family returns the key of the refresh-token family that refreshToken belongs to.
func (l limits) family(refreshToken string) string {
	key := credential(refreshToken)
	if family, ok := l.families.get(key); ok {
		return family
	}
	return key
}

// inherit counts the issued refresh token under the key of the family it belongs to.
func (l limits) inherit(issued portal.Tokens, family string) {
	l.families.put(credential(issued.RefreshToken), family)
}

// limit is a token bucket for each key: it allows a burst of rate requests, refilled evenly within a minute. A nil
// limit allows everything.
type limit struct {
	rate     int
	limiters *minuteCache[*rate.Limiter]
	now      func() time.Time
}

func newLimit(perMinute int, now func() time.Time) *limit {
	if perMinute <= 0 {
		return nil
	}
	return &limit{rate: perMinute, limiters: newMinuteCache[*rate.Limiter](), now: now}
}

// allow counts one request of key, or returns how long to wait for the next one. A rejected request costs nothing,
// even under concurrency; Reservation.Cancel does not guarantee that.
func (l *limit) allow(key string) (wait time.Duration, ok bool) {
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

// refund undoes an allow, however long ago that was. Reservation.Cancel refunds nothing once its time has passed.
func (l *limit) refund(key string) {
	if l == nil {
		return
	}
	if limiter, ok := l.limiters.get(key); ok {
		limiter.AllowN(l.now(), -1)
	}
}

// maxCachedKeys is the capacity of a minuteCache.
const maxCachedKeys = 1 << 16

// minuteCache stores values until they have not been used for a minute. When full, it evicts the least recently used
// value. A limiter loses nothing after a minute: by then its bucket is full again.
type minuteCache[V any] struct{ cache *ttlcache.Cache[string, V] }

func newMinuteCache[V any]() *minuteCache[V] {
	return &minuteCache[V]{ttlcache.New(ttlcache.WithTTL[string, V](time.Minute), ttlcache.WithCapacity[string, V](maxCachedKeys))}
}

func (r *minuteCache[V]) get(key string) (value V, ok bool) {
	if item := r.cache.Get(key); item != nil {
		return item.Value(), true
	}
	return value, false
}

func (r *minuteCache[V]) put(key string, value V) {
	r.cache.DeleteExpired()
	r.cache.Set(key, value, ttlcache.DefaultTTL)
}

func (r *minuteCache[V]) getOrPut(key string, fresh func() V) V {
	r.cache.DeleteExpired()
	item, _ := r.cache.GetOrSetFunc(key, fresh)
	return item.Value()
}
