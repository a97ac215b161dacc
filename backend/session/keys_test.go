package session_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
)

type published struct {
	Keys []map[string]string `json:"keys"`
}

func (h *house) jwks(s *session.Sessions) published {
	h.Helper()
	text, err := s.JWKS(context.Background())
	if err != nil {
		h.Fatal(err)
	}
	var set published
	if err := json.Unmarshal(text, &set); err != nil {
		h.Fatal(err)
	}
	return set
}

func headerOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header
}

func TestReplicasThatStartAtOnceShareTheFirstKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tokens := make([]portal.Tokens, 8)
	replicas := make([]*session.Sessions, len(tokens))
	var wait sync.WaitGroup
	for i := range tokens {
		replicas[i] = newSessions(t, h.DB)
		wait.Go(func() {
			var err error
			if tokens[i], err = replicas[i].Start(context.Background(), h.user().UserID, session.Client{}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := h.count("select count(*) from signing_key"); n != 1 {
		t.Fatalf("%d first keys", n)
	}
	for i := range tokens {
		if _, err := replicas[(i+1)%len(replicas)].Verify(context.Background(), tokens[i].AccessToken); err != nil {
			t.Errorf("another replica refuses the token: %v", err)
		}
	}
}

func TestRotatingKeysSignsNobodyOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := newSessions(t, h.DB)
	before := h.start()
	h.jwks(other)
	kid, err := h.sessions.RotateKeys(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	after := h.refresh(before.RefreshToken)
	if headerOf(t, after.AccessToken)["kid"] != kid || headerOf(t, before.AccessToken)["kid"] == kid {
		t.Error("the new key does not sign")
	}
	for name, tokens := range map[string]portal.Tokens{"old": before, "new": after} {
		for _, replica := range []*session.Sessions{h.sessions, other} {
			if _, err := replica.Verify(context.Background(), tokens.AccessToken); err != nil {
				t.Errorf("the %s key's token is refused: %v", name, err)
			}
		}
	}
	if set := h.jwks(h.sessions); len(set.Keys) != 2 || set.Keys[0]["kid"] != kid {
		t.Errorf("publishes %v", set)
	}
	if n := h.count("select count(*) from signing_key where retired_at is not null and private_sealed = ''"); n != 1 {
		t.Error("the old key's private half is still there")
	}
}

func TestARetiredKeyIsGoodForNothingOnceItsTokensHaveExpired(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tokens := h.start()
	if _, err := h.sessions.RotateKeys(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.exec("update signing_key set retired_at = retired_at - interval '15 minutes' where retired_at is not null")
	fresh := newSessions(t, h.DB)
	if _, err := fresh.Verify(context.Background(), tokens.AccessToken); portal.ErrorCode(err) != portal.Unauthenticated {
		t.Errorf("a token of a key long retired: %v", err)
	}
	if set := h.jwks(fresh); len(set.Keys) != 1 {
		t.Errorf("publishes %v", set)
	}
}

func TestRotationsAtOnceEachMakeAKeyAndOneSigns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var wait sync.WaitGroup
	for range 4 {
		replica := newSessions(t, h.DB)
		wait.Go(func() {
			if _, err := replica.RotateKeys(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := h.count("select count(*) from signing_key where retired_at is null"); n != 1 {
		t.Errorf("%d keys sign", n)
	}
	if n := h.count("select count(*) from signing_key"); n != 4 {
		t.Errorf("%d keys were made", n)
	}
}

func TestTheKeySetHoldsPublicHalvesOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	set := h.jwks(h.sessions)
	if len(set.Keys) != 1 {
		t.Fatalf("publishes %d keys", len(set.Keys))
	}
	key := set.Keys[0]
	if _, private := key["d"]; private {
		t.Fatal("publishes a private key")
	}
	if key["kty"] != "EC" || key["crv"] != "P-256" || key["alg"] != "ES256" || key["use"] != "sig" || len(key["kid"]) != 43 {
		t.Errorf("publishes %v", key)
	}
}

func TestTheSecretKeyFileHolds32BytesInBase64(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	write := func(content string) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n")
	if _, err := session.LoadSealer(file); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "secret", base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		write(bad)
		if _, err := session.LoadSealer(file); err == nil || !strings.Contains(err.Error(), "PORTAL_SECRET_KEY_FILE") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, missing := range []string{"", file + ".none"} {
		if _, err := session.LoadSealer(missing); err == nil || !strings.Contains(err.Error(), "PORTAL_SECRET_KEY_FILE") {
			t.Errorf("%q: %v", missing, err)
		}
	}
}

func TestASealedValueOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	sealer := newSealer(t)
	sealed := sealer.Seal([]byte("secret"), []byte("here"))
	if plain, err := sealer.Open(sealed, []byte("here")); err != nil || string(plain) != "secret" {
		t.Fatal(err)
	}
	if _, err := sealer.Open(sealed, []byte("there")); err == nil {
		t.Error("opens in another place")
	}
	for i := range sealed {
		damaged := append([]byte{}, sealed...)
		damaged[i] ^= 1
		if _, err := sealer.Open(damaged, []byte("here")); err == nil {
			t.Errorf("opens with byte %d changed", i)
		}
		if _, err := sealer.Open(sealed[:i], []byte("here")); err == nil {
			t.Errorf("opens when cut to %d bytes", i)
		}
	}
}
