package session

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Sealer encrypts values that must not be readable in the database: private signing keys, products' API keys,
// identities that wait for an invite's code. It uses AES-256-GCM; the associated data names the kind and the owner of a
// value, so that one sealed value cannot replace another.
type Sealer struct {
	aead cipher.AEAD
}

// sealedV1 is the first byte of every sealed value, the version of the format.
const sealedV1 = 1

// keySize is the key size of AES-256.
const keySize = 32

// NewSealer returns a Sealer with a key of 32 bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("a sealing key has %d bytes, not %d", keySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &Sealer{aead: aead}, nil
}

// LoadSealer reads the key from the file that PORTAL_SECRET_KEY_FILE names: 32 bytes in base64.
func LoadSealer(file string) (*Sealer, error) {
	if file == "" {
		return nil, errors.New("PORTAL_SECRET_KEY_FILE is not set: " +
			"name a file with 32 random bytes in base64 (openssl rand -base64 32)")
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("PORTAL_SECRET_KEY_FILE cannot be read: %w", err)
	}
	text := strings.TrimSpace(string(content))
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("PORTAL_SECRET_KEY_FILE %s must contain 32 bytes in base64 (openssl rand -base64 32)", file)
	}
	return NewSealer(key)
}

// Seal encrypts plain and binds it to aad.
func (s *Sealer) Seal(plain, aad []byte) []byte {
	out := make([]byte, 1+s.aead.NonceSize(), 1+s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	out[0] = sealedV1
	nonce := out[1:]
	rand.Read(nonce) //nolint:errcheck // crypto/rand never fails: it ends the program instead
	return s.aead.Seal(out, nonce, plain, aad)
}

var errSealed = errors.New("sealed with another key or for another use, or damaged")

// Open decrypts what Seal returned for the same key and aad.
func (s *Sealer) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < 1+s.aead.NonceSize()+s.aead.Overhead() || sealed[0] != sealedV1 {
		return nil, errSealed
	}
	nonce, body := sealed[1:1+s.aead.NonceSize()], sealed[1+s.aead.NonceSize():]
	plain, err := s.aead.Open(nil, nonce, body, aad)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}
