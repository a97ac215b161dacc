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

// errSealed is why a connection cannot be used at all.
var errSealed = errors.New("the API key does not open")

// whatIsRead tells the state of a reading what it is of: whoever changes one of these changes what is read.
func whatIsRead(c portal.Connection) string {
	if len(c.Harmless) == 0 {
		return sourceOf(c)
	}
	return sourceOf(c) + fmt.Sprintf(" %q", c.Harmless)
}

// sourceOf identifies where a connection's customers come from, and what of them fills which field.
func sourceOf(c portal.Connection) string {
	of := fmt.Sprintf("%q %q %q %x", c.ProductID, c.CustomerID, c.BaseURL, sha256.Sum256(c.APIKeySealed))
	for _, path := range slices.Sorted(maps.Keys(c.Fields)) {
		of += fmt.Sprintf(" %q:%q", path, c.Fields[path])
	}
	return of
}

// isOfSource reports whether of, which whatIsRead returned, identifies this source, whatever was harmless then.
func isOfSource(of string, c portal.Connection) bool {
	return of == sourceOf(c) || strings.HasPrefix(of, sourceOf(c)+" [")
}

// reader opens the connection of a run.
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
