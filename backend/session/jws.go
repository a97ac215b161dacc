package session

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// verifyJWS returns the payload of a compact JWS (RFC 7515) that is in canonical form and signed with ES256 by the key
// that find returns for its header. It does not read the payload before the signature has been verified, and it refuses
// any other algorithm before it looks for a key.
//
// Neither library does this: golang-jwt's parser decodes the claims before it verifies the signature, and so refuses
// valid test vectors whose payload is not JSON; go-jose ignores the unused bits of the last base64 character.
func verifyJWS(compact string, find func(header map[string]any) (*ecdsa.PublicKey, error)) ([]byte, error) {
	protected, rest, _ := strings.Cut(compact, ".")
	encoded, encodedSignature, ok := strings.Cut(rest, ".")
	if !ok {
		return nil, errAccess
	}
	var header map[string]any
	text, err := decodeSegment(protected)
	if err != nil || json.Unmarshal(text, &header) != nil || header["alg"] != algorithm {
		return nil, errAccess
	}
	payload, err := decodeSegment(encoded)
	if err != nil {
		return nil, errAccess
	}
	signature, err := decodeSegment(encodedSignature)
	if err != nil {
		return nil, errAccess
	}
	key, err := find(header)
	if err != nil {
		return nil, err
	}
	if jwt.SigningMethodES256.Verify(protected+"."+encoded, signature, key) != nil {
		return nil, errAccess
	}
	return payload, nil
}

var segmentEncoding = base64.RawURLEncoding.Strict()

// decodeSegment accepts canonical base64url only. The package encoding/base64 would skip line breaks.
func decodeSegment(segment string) ([]byte, error) {
	if strings.ContainsAny(segment, "\r\n") {
		return nil, errAccess
	}
	return segmentEncoding.DecodeString(segment)
}
