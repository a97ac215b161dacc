package customersync

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// errSealed is the error of an API key that cannot be decrypted.
var errSealed = errors.New("the API key cannot be decrypted")

// sourceFingerprint identifies the data source of a reading. If it changes, what was read is discarded.
func sourceFingerprint(c portal.Connection) string {
	if len(c.Harmless) == 0 {
		return sourceOf(c)
	}
	return sourceOf(c) + fmt.Sprintf(" %q", c.Harmless)
}

// sourceOf identifies where a connection's customers come from, and which path fills which field.
func sourceOf(c portal.Connection) string {
	of := fmt.Sprintf("%q %q %q %x", c.ProductID, c.CustomerID, c.BaseURL, sha256.Sum256(c.APIKeySealed))
	for _, path := range slices.Sorted(maps.Keys(c.Fields)) {
		of += fmt.Sprintf(" %q:%q", path, c.Fields[path])
	}
	return of
}

// isOfSource reports whether the fingerprint of identifies this connection's source; the harmless names may differ.
func isOfSource(of string, c portal.Connection) bool {
	return of == sourceOf(c) || strings.HasPrefix(of, sourceOf(c)+" [")
}

// reader returns a reader of the connection of a run.
func (s *Service) reader(connection portal.Connection, o connector.Options) (connector.Reader, error) {
	product, err := s.connector(connection.ProductID)
	if err != nil {
		return nil, err
	}
	key, err := s.sealer.Open(connection.APIKeySealed, APIKeyContext(connection))
	if err != nil {
		return nil, errSealed
	}
	o.PerMinute, o.HTTPClient = s.perMinute(product.Product()), s.httpFor(connection.PublicOnly)
	o.Harmless, o.Fields, o.Record = connection.Harmless, connection.Fields, s.config.Record
	return product.Open(connector.SettingsOf(connection), string(key), o)
}
