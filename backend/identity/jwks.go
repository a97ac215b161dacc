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
	// keysFresh is how long a key a provider has withdrawn may still be believed.
	keysFresh = time.Hour
	minRSA    = 2048
)

// keySet is a provider's public keys. It is fetched again when it is an hour old, and for a key id it does not hold,
// which a provider may have begun to sign with a moment ago; but however many unknown ids are shown to it, that costs
// the provider two calls at once and then one a minute.
//
// It implements oidc.KeySet and answers that from memory: prepare does the fetching.
type keySet struct {
	discovery *discovery
	// tenant replaces {tenantid} in the issuer Entra ID names beside a key.
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

// prepare makes sure that the keys are there and as new as the key id asks for. It fails only where the provider does.
func (k *keySet) prepare(ctx context.Context, kid string) error {
	current, now := k.current.Load(), k.discovery.calls.now()
	switch {
	case current == nil:
		return k.fetch(ctx)
	case now.Sub(current.at) >= keysFresh:
		// Keys withdrawn while the provider cannot be asked are believed for another hour, and no longer.
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

// usable keeps the keys that may sign ID tokens. What cannot be read, or is for something else, is passed over, as
// RFC 7517 section 5 asks.
func (k *keySet) usable(raw []json.RawMessage) []jose.JSONWebKey {
	var keys []jose.JSONWebKey
	for _, text := range raw {
		var key jose.JSONWebKey
		var beside struct {
			Issuer string `json:"issuer"`
		}
		if json.Unmarshal(text, &key) != nil || json.Unmarshal(text, &beside) != nil {
			continue
		}
		public, ok := key.Key.(*rsa.PublicKey)
		if !ok || public.N.BitLen() < minRSA || key.Use != "" && key.Use != "sig" || key.Algorithm != "" && key.Algorithm != string(jose.RS256) {
			continue
		}
		if beside.Issuer != "" && strings.Replace(beside.Issuer, tenantPlaceholder, k.tenant, 1) != k.discovery.issuer {
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

// find answers the keys with this id, which ought to be one. A token without an id names a key only where there is no
// other.
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
	return nil, errors.New("signed by no key of this id")
}
