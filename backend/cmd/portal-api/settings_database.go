package main

import (
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"fs-client-portal/backend/portal"
)

// namesSSLMode finds the setting in a URL's query and among the key=value words of a connection string.
var namesSSLMode = regexp.MustCompile(`(?i)(^|[?&\s])sslmode\s*=`)

// checkTransport refuses a connection to another host that nobody decided how to protect. Without sslmode PostgreSQL's
// clients encrypt if the server offers it and trust whichever server that is: who sits between reads the password.
func (d database) checkTransport() error {
	config, err := pgconn.ParseConfig(d.DatabaseURL)
	if err != nil {
		return nil // open says what is wrong with it
	}
	host := remoteHost(config)
	if host == "" || namesSSLMode.MatchString(d.DatabaseURL) || os.Getenv("PGSSLMODE") != "" || !perhapsPlain(config) {
		return nil
	}
	return unusable{"PORTAL_DATABASE_URL", "names another host (" + host + ") without sslmode; it should say sslmode=verify-full" +
		" (with sslrootcert=FILE for an authority of your own), or sslmode=disable where the network itself is trusted"}
}

// remoteHost returns the first host that is another machine; "" if none is.
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

// perhapsPlain reports whether a connection without encryption would do where one with it cannot be had: a service file
// may have decided otherwise.
func perhapsPlain(config *pgconn.Config) bool {
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
