package session

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
)

// The values below were computed by another implementation. Databases and clients hold such values: a version that
// cannot read them ends every session and loses every product key.
const (
	storedSealed = "01000102030405060708090a0b6be48a02787d807f52d3888912c86875d94111007378"
	storedToken  = "fsr_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	storedHash   = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
	storedID     = "88a5d1ec5cb2155599cf10e0240b9419053aaa60a8ca4ca33af1e107f7283e6a"
	storedNext   = "01000102030405060708090a0bb62296400306ba3888ed354aab02e56bd7e6a8667d59d06b22b1b57255af9448df12ecae94843cf98db71c" +
		"fccbda1794"
	storedKid    = "xx0BcA-wMohw8atYDJOe6peGModklG2wRHBlXHMvl0M"
	storedPublic = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162b" +
		"ce33576b315ececbb6406837bf51f5"
	storedPrivate = "01000102030405060708090a0b1881e9701d09d94977b2e59ce2586cfae13cb68e1862773116ce63ba8ed76d04fa26c3ed26" +
		"0b3f776d5f705f0ccc3bd5"
)

func fromHex(t *testing.T, text string) []byte {
	t.Helper()
	value, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// tokenOf returns the refresh token whose secret is 32 consecutive bytes.
func tokenOf(first byte) refreshToken {
	var token refreshToken
	for i := range token.secret {
		token.secret[i] = first + byte(i)
	}
	return token
}

func TestStoredFormats(t *testing.T) {
	sealer, err := NewSealer(bytes.Repeat([]byte{7}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	token, next := tokenOf(0), tokenOf(32)
	t.Run("sealed_value", func(t *testing.T) {
		plain, err := sealer.Open(fromHex(t, storedSealed), []byte("signing_key:kid"))
		if err != nil || string(plain) != "secret" {
			t.Errorf("got %q, %v, want secret", plain, err)
		}
	})
	t.Run("sealed_value_begins_with_its_version", func(t *testing.T) {
		sealed := sealer.Seal([]byte("secret"), nil)
		if want := 1 + 12 + len("secret") + 16; len(sealed) != want || sealed[0] != 1 {
			t.Errorf("got %d bytes that begin with %d, want %d that begin with 1", len(sealed), sealed[0], want)
		}
	})
	t.Run("refresh_token", func(t *testing.T) {
		if got := token.String(); got != storedToken {
			t.Errorf("got %s, want %s", got, storedToken)
		}
		if got, err := parseRefreshToken(storedToken); err != nil || got != token {
			t.Errorf("got %v, %v, want the token", got, err)
		}
	})
	t.Run("hash_of_a_refresh_token", func(t *testing.T) {
		if got := hex.EncodeToString(token.hash()); got != storedHash {
			t.Errorf("got %s, want %s", got, storedHash)
		}
	})
	t.Run("hash_of_a_request_id", func(t *testing.T) {
		if got := hex.EncodeToString(requestHash("0123456789abcdefghijkl")); got != storedID {
			t.Errorf("got %s, want %s", got, storedID)
		}
		if got := requestHash(""); got != nil {
			t.Errorf("without an id: got %x, want none", got)
		}
	})
	t.Run("sealed_successor", func(t *testing.T) {
		if got, err := token.openSuccessor(fromHex(t, storedNext)); err != nil || got != next {
			t.Errorf("got %v, %v, want the successor", got, err)
		}
	})
	t.Run("signing_key", func(t *testing.T) {
		keys := newKeyCache(nil, sealer, Config{Now: time.Now})
		set, err := keys.open([]postgres.SigningKey{{
			ID: storedKid, Algorithm: algorithm, PublicKey: fromHex(t, storedPublic), PrivateSealed: fromHex(t, storedPrivate),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if len(set.signers) != 1 || !set.signers[0].private.PublicKey.Equal(set.public[storedKid]) {
			t.Errorf("got %d signers, want one with the private key of %s", len(set.signers), storedKid)
		}
		want := `{"keys":[{"use":"sig","kty":"EC","kid":"` + storedKid + `","crv":"P-256","alg":"ES256",` +
			`"x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]}`
		if got := string(set.jwks.JSON); got != want {
			t.Errorf("got the key set %s, want %s", got, want)
		}
	})
}

func TestDefaultLifetimes(t *testing.T) {
	sealer, err := NewSealer(make([]byte, keySize))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(nil, sealer, Config{Issuer: "https://portal.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	for name, bound := range map[string]struct{ got, want time.Duration }{
		"access_tokens_last_10_minutes":    {s.config.AccessTTL, 10 * time.Minute},
		"idle_sessions_last_14_days":       {s.config.IdleTTL, 14 * 24 * time.Hour},
		"sessions_last_90_days":            {s.config.AbsoluteTTL, 90 * 24 * time.Hour},
		"refresh_is_repeatable_30_seconds": {s.config.Grace, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %s, want %s", bound.got, bound.want)
			}
		})
	}
}
