package main

import (
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"fs-client-portal/backend/portal"
)

// sslModeSetting matches the setting in the query of a URL, and in a key=value connection string.
var sslModeSetting = regexp.MustCompile(`(?i)(^|[?&\s])sslmode\s*=`)

// checkTransport rejects a connection to another host without an explicit sslmode. By default PostgreSQL's clients
// encrypt only if the server offers it, and do not verify the server, so an attacker in between could read the
// password.
func (d database) checkTransport() error {
	config, err := pgconn.ParseConfig(d.DatabaseURL)
	if err != nil {
		return nil // open returns the error
	}
	host := remoteHost(config)
	if host == "" || sslModeSetting.MatchString(d.DatabaseURL) || os.Getenv("PGSSLMODE") != "" || !mayUsePlaintext(config) {
		return nil
	}
	return settingError{"PORTAL_DATABASE_URL", "names another host (" + host +
		") without sslmode; it should contain sslmode=verify-full" +
		" (with sslrootcert=FILE for a private certificate authority), or sslmode=disable on a trusted network"}
}

// remoteHost returns the first host that is not this machine, "" if none is.
func remoteHost(config *pgconn.Config) string {
	hosts := []string{config.Host}
	for _, fallback := range config.Fallbacks {
		hosts = append(hosts, fallback.Host)
	}
	for _, host := range hosts {
		socket := path.IsAbs(host) || strings.HasPrefix(host, "@")
		if !socket && !portal.Loopback(host) {
			return host
		}
	}
	return ""
}

// mayUsePlaintext reports whether a connection falls back to plaintext if the server offers no encryption. A service
// file may have ruled that out.
func mayUsePlaintext(config *pgconn.Config) bool {
	if config.TLSConfig == nil {
		return len(config.Fallbacks) > 0 && config.Fallbacks[0].TLSConfig != nil
	}
	for _, fallback := range config.Fallbacks {
		if fallback.TLSConfig == nil && fallback.Host == config.Host {
			return true
		}
	}
	return false
}
