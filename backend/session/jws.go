package session

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// verifyJWS returns the payload of a compact JWS (RFC 7515) that is signed with ES256, to the letter, by the key found
// for its header. Nothing of the payload is read before its signature is known to be good, and of the algorithm
// the header decides nothing: any other is refused before a key is looked for.
//
// Neither library does this: the parser of golang-jwt decodes the claims before it looks at the signature, and so
// refuses the good vectors of others, whose payload is no JSON; go-jose passes over the loose last bits of base64.
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

// decodeSegment takes one spelling of each value only. The package base64 would pass over line breaks.
func decodeSegment(segment string) ([]byte, error) {
	if strings.ContainsAny(segment, "\r\n") {
		return nil, errAccess
	}
	return segmentEncoding.DecodeString(segment)
}
