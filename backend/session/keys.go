package session

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	algorithm = "ES256"
	// keysFresh is how long a replica signs with a key after another replica has retired it.
	keysFresh = time.Minute
	// loadTimeout bounds a load that many requests may wait for.
	loadTimeout = 5 * time.Second
)

// errKeys is a failure to have the keys at all, which is not the token's fault.
var errKeys = errors.New("signing keys")

// keySet is the signing keys at one moment.
type keySet struct {
	signer     *ecdsa.PrivateKey
	signerID   string
	generation int64
	public     map[string]*ecdsa.PublicKey
	jwks       []byte
	loadedAt   time.Time
}

// keyring keeps the keys in memory. They are loaded again when they are a minute old, and sooner for a key id nobody
// here has met, which another replica may have made a moment ago; but strangers' key ids cost at most one query a
// second.
type keyring struct {
	db      *postgres.DB
	sealer  *Sealer
	keep    time.Duration
	current atomic.Pointer[keySet]
	flight  singleflight.Group
	unknown *rate.Limiter
}

func newKeyring(db *postgres.DB, sealer *Sealer, accessTTL time.Duration) *keyring {
	return &keyring{
		db: db, sealer: sealer,
		keep:    accessTTL + keysFresh + 2*clockSkew,
		unknown: rate.NewLimiter(rate.Every(time.Second), 5),
	}
}

// get answers the keys, at most a minute old while the database answers.
func (k *keyring) get(ctx context.Context) (*keySet, error) {
	current := k.current.Load()
	if current != nil && time.Since(current.loadedAt) < keysFresh {
		return current, nil
	}
	loaded, err := k.load(ctx)
	if err != nil && current != nil {
		return current, nil
	}
	return loaded, err
}

// load reads the keys from the database, once for all who ask at the moment.
func (k *keyring) load(ctx context.Context) (*keySet, error) {
	loaded := k.flight.DoChan("load", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer cancel()
		rows, err := k.db.SigningKeys(ctx, k.keep)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errKeys, err)
		}
		set, err := k.open(rows)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errKeys, err)
		}
		k.current.Store(set)
		return set, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-loaded:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*keySet), nil
	}
}

// open makes a keySet of the database's rows, newest first.
func (k *keyring) open(rows []postgres.SigningKey) (*keySet, error) {
	set := &keySet{public: map[string]*ecdsa.PublicKey{}, loadedAt: time.Now()}
	var published []jwk
	for _, row := range rows {
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), row.PublicKey)
		if err != nil || newJWK(public).thumbprint() != row.ID {
			return nil, fmt.Errorf("signing key %s is damaged", row.ID)
		}
		set.public[row.ID] = public
		set.generation = max(set.generation, row.Generation)
		published = append(published, newJWK(public).published())
		if row.RetiredAt == nil && set.signer == nil {
			if set.signer, err = k.openPrivate(row); err != nil {
				return nil, err
			}
			set.signerID = row.ID
		}
	}
	var err error
	set.jwks, err = json.Marshal(map[string][]jwk{"keys": published})
	return set, err
}

func (k *keyring) openPrivate(row postgres.SigningKey) (*ecdsa.PrivateKey, error) {
	raw, err := k.sealer.Open(row.PrivateSealed, keyAAD(row.ID))
	if err != nil {
		return nil, errors.New("PORTAL_SECRET_KEY_FILE does not hold the key this database was sealed with")
	}
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
}

func keyAAD(kid string) []byte { return []byte("signing_key:" + kid) }

// signing answers keys of which one signs, making the first where there is none.
func (k *keyring) signing(ctx context.Context) (*keySet, error) {
	set, err := k.get(ctx)
	if err != nil || set.signer != nil {
		return set, err
	}
	if _, err := k.add(ctx, set.generation+1); err != nil {
		return nil, err
	}
	set, err = k.load(ctx)
	if err == nil && set.signer == nil {
		err = fmt.Errorf("%w: none signs", errKeys)
	}
	return set, err
}

// rotate makes the next key and answers its id.
func (k *keyring) rotate(ctx context.Context) (string, error) {
	for {
		set, err := k.load(ctx)
		if err != nil {
			return "", err
		}
		kid, err := k.add(ctx, set.generation+1)
		if err != nil {
			return "", err
		}
		if kid != "" {
			_, err = k.load(ctx)
			return kid, err
		}
	}
}

// add makes the key of a generation; "" where another replica has made it already.
func (k *keyring) add(ctx context.Context, generation int64) (string, error) {
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
	kid := newJWK(&private.PublicKey).thumbprint()
	added, err := k.db.AddSigningKey(ctx, postgres.SigningKey{
		ID: kid, Generation: generation, Algorithm: algorithm, PublicKey: public,
		PrivateSealed: k.sealer.Seal(raw, keyAAD(kid)),
	})
	if err != nil {
		return "", fmt.Errorf("%w: %w", errKeys, err)
	}
	if !added {
		return "", nil
	}
	return kid, nil
}

// public answers the key with this id; Unauthenticated where there is none.
func (k *keyring) public(ctx context.Context, kid string) (*ecdsa.PublicKey, error) {
	set, err := k.get(ctx)
	if err != nil {
		return nil, err
	}
	if key := set.public[kid]; key != nil {
		return key, nil
	}
	if !k.unknown.Allow() {
		return nil, errAccess
	}
	if set, err = k.load(ctx); err != nil {
		return nil, err
	}
	if key := set.public[kid]; key != nil {
		return key, nil
	}
	return nil, portal.Errorf(portal.Unauthenticated, "The access token was signed with a key that is no longer good.")
}

// jwk is a public key as RFC 7517 writes it, its members in the order RFC 7638 hashes them in.
type jwk struct {
	Curve     string `json:"crv"`
	KeyType   string `json:"kty"`
	X         string `json:"x"`
	Y         string `json:"y"`
	KeyID     string `json:"kid,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	Use       string `json:"use,omitempty"`
}

func newJWK(key *ecdsa.PublicKey) jwk {
	point, err := key.Bytes()
	if err != nil {
		panic(err) // only for a point that is not on the curve
	}
	const size = 32
	encode := base64.RawURLEncoding.EncodeToString
	return jwk{Curve: "P-256", KeyType: "EC", X: encode(point[1 : 1+size]), Y: encode(point[1+size:])}
}

// thumbprint is RFC 7638's.
func (j jwk) thumbprint() string {
	text, err := json.Marshal(jwk{Curve: j.Curve, KeyType: j.KeyType, X: j.X, Y: j.Y})
	if err != nil {
		panic(err) // strings always marshal
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (j jwk) published() jwk {
	j.KeyID, j.Algorithm, j.Use = j.thumbprint(), algorithm, "sig"
	return j
}
