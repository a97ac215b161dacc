package identity

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"
	"golang.org/x/time/rate"
)

const (
	// keysFresh is how long fetched keys are used before they are fetched again.
	keysFresh = time.Hour
	minRSA    = 2048
)

// keySet caches a provider's public keys. They are fetched again when they are an hour old, and for an unknown key id,
// which may belong to a new key. Unknown key ids cost the provider at most two calls at once and then one a minute.
//
// It implements oidc.KeySet from memory only: prepare fetches the keys.
type keySet struct {
	discovery *discovery
	// tenant replaces {tenantid} in the issuer that Entra ID publishes with a key.
	tenant  string
	current atomic.Pointer[fetchedKeys]
	flight  singleflight.Group
	unknown *rate.Limiter
}

type fetchedKeys struct {
	keys []jose.JSONWebKey
	at   time.Time
}

func newKeySet(d *discovery, tenant string) *keySet {
	return &keySet{discovery: d, tenant: tenant, unknown: rate.NewLimiter(rate.Every(time.Minute), 2)}
}

// prepare makes sure that the keys are loaded and recent enough for the key id. Its only error is that of the provider.
func (k *keySet) prepare(ctx context.Context, kid string) error {
	current, now := k.current.Load(), k.discovery.calls.now()
	switch {
	case current == nil:
		return k.fetch(ctx)
	case now.Sub(current.at) >= keysFresh:
		// While the provider is down, the keys are used for one more hour.
		if err := k.fetch(ctx); err != nil && now.Sub(current.at) >= 2*keysFresh {
			return err
		}
		return nil
	case len(current.find(kid)) == 0 && k.unknown.AllowN(now, 1):
		return k.fetch(ctx)
	}
	return nil
}

func (k *keySet) fetch(ctx context.Context) error {
	calls := k.discovery.calls
	_, err := calls.once(ctx, &k.flight, func(ctx context.Context) (any, error) {
		found, err := k.discovery.get(ctx)
		if err != nil {
			return nil, err
		}
		var set struct {
			Keys []json.RawMessage `json:"keys"`
		}
		if err := calls.fetchJSON(ctx, found.Keys, &set); err != nil {
			return nil, err
		}
		k.current.Store(&fetchedKeys{keys: k.usable(set.Keys), at: calls.now()})
		return nil, nil
	})
	if err != nil {
		return providerDown("keys")
	}
	return nil
}

// usable returns the keys that may sign ID tokens. It skips keys that are malformed or for another use, as RFC 7517
// section 5 requires.
func (k *keySet) usable(raw []json.RawMessage) []jose.JSONWebKey {
	var keys []jose.JSONWebKey
	for _, text := range raw {
		var key jose.JSONWebKey
		var entra struct {
			Issuer string `json:"issuer"`
		}
		if json.Unmarshal(text, &key) != nil || json.Unmarshal(text, &entra) != nil {
			continue
		}
		public, ok := key.Key.(*rsa.PublicKey)
		if !ok || public.N.BitLen() < minRSA || key.Use != "" && key.Use != "sig" ||
			key.Algorithm != "" && key.Algorithm != string(jose.RS256) {
			continue
		}
		if entra.Issuer != "" && strings.Replace(entra.Issuer, tenantPlaceholder, k.tenant, 1) != k.discovery.issuer {
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

// find returns the keys with this id: normally one. A token without a key id matches only if there is a single key.
func (f *fetchedKeys) find(kid string) []jose.JSONWebKey {
	if kid == "" {
		if len(f.keys) == 1 {
			return f.keys
		}
		return nil
	}
	var found []jose.JSONWebKey
	for _, key := range f.keys {
		if key.KeyID == kid {
			found = append(found, key)
		}
	}
	return found
}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(_ context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	current := k.current.Load()
	if current == nil {
		return nil, errors.New("no keys")
	}
	for _, key := range current.find(signed.Signatures[0].Header.KeyID) {
		if payload, err := signed.Verify(key.Key); err == nil {
			return payload, nil
		}
	}
	return nil, errors.New("no key with this id verifies the signature")
}
