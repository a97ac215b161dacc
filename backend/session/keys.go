package session

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	algorithm = "ES256"
	// keysFresh is the age from which on keys are reloaded in the background, keysStale the age from which on requests
	// wait for the reload.
	keysFresh = 30 * time.Second
	keysStale = time.Minute
	// JWKSMaxAge is how long clients may cache the key set.
	JWKSMaxAge = 30 * time.Second
	// publishedAhead is how long a new key is published before it signs: longer than any replica or caller may use an
	// old key set.
	publishedAhead = 2 * time.Minute
	// loadTimeout bounds a load that many requests may wait for.
	loadTimeout = 5 * time.Second
)

// errKeys means that the keys could not be loaded or created; the token is not at fault.
var errKeys = errors.New("signing keys")

// keySet is the set of signing keys at one moment.
type keySet struct {
	signers    []signingKey // newest first
	generation int64
	public     map[string]*ecdsa.PublicKey
	jwks       KeySet
	loadedAt   time.Time
}

// signingKey is a private key. It begins to sign when the key set is as old as after.
type signingKey struct {
	id      string
	private *ecdsa.PrivateKey
	after   time.Duration
}

// KeySet is the JSON Web Key Set of the public keys, and its ETag.
type KeySet struct {
	JSON []byte
	ETag string
}

// signer returns the newest key that signs when the key set is of this age.
func (k *keySet) signer(age time.Duration) (signingKey, bool) {
	for _, key := range k.signers {
		if key.after <= age {
			return key, true
		}
	}
	return signingKey{}, false
}

// keyCache keeps the key set in memory. It reloads the keys when they are half a minute old, and earlier for an unknown
// key id. Unknown key ids cost at most one query a second, after a burst of five. This limit refuses no valid token:
// every key is published before it signs, and a reload loads all keys. Only the first key signs at once, so the limit
// does not apply while no key is known.
type keyCache struct {
	db     *postgres.DB
	sealer *Sealer
	now    func() time.Time
	// keep is how long a retired key stays valid: until the last token it signed has expired. Not longer, because a
	// stolen private key could sign tokens as long.
	keep    time.Duration
	current atomic.Pointer[keySet]
	flight  singleflight.Group
	unknown *rate.Limiter
}

func newKeyCache(db *postgres.DB, sealer *Sealer, c Config) *keyCache {
	return &keyCache{
		db: db, sealer: sealer, now: c.Now,
		keep:    c.AccessTTL + keysStale + 2*clockSkew,
		unknown: rate.NewLimiter(rate.Every(time.Second), 5),
	}
}

// get returns the keys, at most a minute old while the database is available.
func (k *keyCache) get(ctx context.Context) (*keySet, error) {
	current := k.current.Load()
	if current == nil {
		return k.load(ctx)
	}
	switch age := k.now().Sub(current.loadedAt); {
	case age < 0 || age >= keysStale:
		if loaded, err := k.load(ctx); err == nil {
			return loaded, nil
		}
	case age >= keysFresh:
		k.startLoad(ctx)
	}
	return current, nil
}

// load reads the keys from the database, once for all concurrent callers.
func (k *keyCache) load(ctx context.Context) (*keySet, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-k.startLoad(ctx):
		if result.Err != nil {
			return nil, fmt.Errorf("%w: %w", errKeys, result.Err)
		}
		return result.Val.(*keySet), nil
	}
}

func (k *keyCache) startLoad(ctx context.Context) <-chan singleflight.Result {
	return k.flight.DoChan("load", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		loadedAt := k.now()
		rows, err := k.db.SigningKeys(ctx, k.keep)
		if err != nil {
			return nil, err
		}
		set, err := k.open(rows)
		if err != nil {
			return nil, err
		}
		set.loadedAt = loadedAt
		k.current.Store(set)
		k.destroySpent(ctx, rows)
		return set, nil
	})
}

// destroySpent destroys the private keys that will never sign again. If that fails, the next load tries again.
func (k *keyCache) destroySpent(ctx context.Context, rows []postgres.SigningKey) {
	if !slices.ContainsFunc(rows, func(row postgres.SigningKey) bool { return row.Spent }) {
		return
	}
	if err := k.db.DestroySpentKeys(ctx); err != nil {
		slog.WarnContext(ctx, "the private keys of retired signing keys could not be destroyed; trying again with the next load", "error", err)
	}
}

// open returns the key set of the database's rows, newest first.
func (k *keyCache) open(rows []postgres.SigningKey) (*keySet, error) {
	set := &keySet{public: map[string]*ecdsa.PublicKey{}}
	published := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, row := range rows {
		public, jwk, err := publicJWK(row.PublicKey)
		if err != nil || jwk.KeyID != row.ID {
			return nil, fmt.Errorf("signing key %s is damaged", row.ID)
		}
		set.public[row.ID] = public
		set.generation = max(set.generation, row.Generation)
		published.Keys = append(published.Keys, jwk)
		if row.Spent || len(row.PrivateSealed) == 0 {
			continue
		}
		private, err := k.openPrivate(row)
		if err != nil {
			return nil, err
		}
		after := time.Duration(row.SignsInSeconds * float64(time.Second))
		set.signers = append(set.signers, signingKey{id: row.ID, private: private, after: after})
	}
	text, err := json.Marshal(published)
	sum := sha256.Sum256(text)
	set.jwks = KeySet{JSON: text, ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`}
	return set, err
}

func (k *keyCache) openPrivate(row postgres.SigningKey) (*ecdsa.PrivateKey, error) {
	raw, err := k.sealer.Open(row.PrivateSealed, keyAAD(row.ID))
	if err != nil {
		return nil, errors.New("PORTAL_SECRET_KEY_FILE does not contain the key this database was sealed with")
	}
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
}

func keyAAD(kid string) []byte { return []byte("signing_key:" + kid) }

// signing returns the key that signs now. It creates the first key if there is none.
func (k *keyCache) signing(ctx context.Context) (signingKey, error) {
	set, err := k.get(ctx)
	if err != nil {
		return signingKey{}, err
	}
	if key, ok := set.signer(k.now().Sub(set.loadedAt)); ok {
		return key, nil
	}
	if _, err := k.add(ctx, set.generation+1, 0); err != nil {
		return signingKey{}, err
	}
	if set, err = k.load(ctx); err != nil {
		return signingKey{}, err
	}
	key, ok := set.signer(k.now().Sub(set.loadedAt))
	if !ok {
		err = fmt.Errorf("%w: no key signs now", errKeys)
	}
	return key, err
}

// rotate creates the next key and returns its id. The key signs after publishedAhead; the first key signs at once.
func (k *keyCache) rotate(ctx context.Context) (string, error) {
	for {
		set, err := k.load(ctx)
		if err != nil {
			return "", err
		}
		ahead := publishedAhead
		if _, ok := set.signer(k.now().Sub(set.loadedAt)); !ok {
			ahead = 0
		}
		kid, err := k.add(ctx, set.generation+1, ahead)
		if err != nil {
			return "", err
		}
		if kid != "" {
			_, err = k.load(ctx)
			return kid, err
		}
	}
}

// add creates the key of a generation and returns its id, or "" if another replica has already created it.
func (k *keyCache) add(ctx context.Context, generation int64, ahead time.Duration) (string, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	raw, err := private.Bytes()
	if err != nil {
		return "", err
	}
	public, err := private.PublicKey.Bytes()
	if err != nil {
		return "", err
	}
	_, jwk, err := publicJWK(public)
	if err != nil {
		return "", err
	}
	kid := jwk.KeyID
	added, err := k.db.AddSigningKey(ctx, postgres.SigningKey{
		ID: kid, Generation: generation, Algorithm: algorithm, PublicKey: public,
		PrivateSealed: k.sealer.Seal(raw, keyAAD(kid)), SignsInSeconds: ahead.Seconds(),
	})
	if err != nil {
		return "", fmt.Errorf("%w: %w", errKeys, err)
	}
	if !added {
		return "", nil
	}
	return kid, nil
}

// publishes reports whether the key with this id is in the current key set.
func (k *keyCache) publishes(ctx context.Context, kid string) bool {
	set, err := k.get(ctx)
	return err == nil && set.public[kid] != nil
}

// public returns the key with this id; Unauthenticated if there is none.
func (k *keyCache) public(ctx context.Context, kid string) (*ecdsa.PublicKey, error) {
	set, err := k.get(ctx)
	if err != nil {
		return nil, err
	}
	if key := set.public[kid]; key != nil {
		return key, nil
	}
	if len(set.public) > 0 && !k.unknown.AllowN(k.now(), 1) {
		return nil, errAccess
	}
	if set, err = k.load(ctx); err != nil {
		return nil, err
	}
	if key := set.public[kid]; key != nil {
		return key, nil
	}
	return nil, portal.Errorf(portal.Unauthenticated, "The access token was signed with a key that is no longer valid.")
}

// publicJWK parses the uncompressed point of a public key and returns it as a JWK, whose id is the RFC 7638 thumbprint.
func publicJWK(point []byte) (*ecdsa.PublicKey, jose.JSONWebKey, error) {
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, jose.JSONWebKey{}, err
	}
	jwk := jose.JSONWebKey{Key: public, Algorithm: algorithm, Use: "sig"}
	thumbprint, err := jwk.Thumbprint(crypto.SHA256)
	jwk.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return public, jwk, err
}
