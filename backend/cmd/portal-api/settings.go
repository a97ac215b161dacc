package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"fs-client-portal/backend/mail"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// database is the setting every command but help needs.
type database struct {
	DatabaseURL string `name:"database-url" env:"PORTAL_DATABASE_URL" help:"PostgreSQL 14 or newer: migrate needs the owner, serve a member of role portal_server." placeholder:"postgres://…"`
}

func (d database) open(ctx context.Context) (*postgres.DB, error) {
	if d.DatabaseURL == "" {
		return nil, unusable{"PORTAL_DATABASE_URL", "is not set; it should be a PostgreSQL URL such as postgres://user:password@host:5432/portal"}
	}
	if err := d.checkTransport(); err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, d.DatabaseURL)
	if err != nil {
		return nil, badSetting("PORTAL_DATABASE_URL", err)
	}
	return db, nil
}

// openMigrated is open for commands that cannot do without the schema.
func (d database) openMigrated(ctx context.Context) (*postgres.DB, error) {
	db, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := db.Ready(ctx); err != nil {
		db.Close()
		return nil, badSetting("PORTAL_DATABASE_URL", err)
	}
	return db, nil
}

type secret struct {
	SecretKeyFile string `name:"secret-key-file" env:"PORTAL_SECRET_KEY_FILE" help:"File with 32 bytes in base64 that seal signing keys and API keys (openssl rand -base64 32)." placeholder:"FILE"`
}

func (s secret) sealer() (*session.Sealer, error) {
	if s.SecretKeyFile == "" {
		return nil, unusable{"PORTAL_SECRET_KEY_FILE", "is not set; it should name a file with 32 bytes in base64 (openssl rand -base64 32)"}
	}
	if err := checkPrivate("PORTAL_SECRET_KEY_FILE", s.SecretKeyFile); err != nil {
		return nil, err
	}
	sealer, err := session.LoadSealer(s.SecretKeyFile)
	if err != nil {
		return nil, unusable{"PORTAL_SECRET_KEY_FILE", strings.TrimPrefix(err.Error(), "PORTAL_SECRET_KEY_FILE ")}
	}
	return sealer, nil
}

type heimdalRate struct {
	HeimdalRate int `name:"heimdal-rate" env:"PORTAL_HEIMDAL_RATE" default:"5" help:"Calls a minute to each of Heimdal's endpoints; 0: no pace."`
}

func (h heimdalRate) check() error {
	if h.HeimdalRate < 0 || h.HeimdalRate > 6000 {
		return unusable{"PORTAL_HEIMDAL_RATE", "should be a number of calls a minute from 0 to 6000"}
	}
	return nil
}

// syncRules are what a sync believes, and when whoever works on one counts as dead. Every process that syncs needs the
// same.
type syncRules struct {
	MissingShare    int64         `env:"PORTAL_MISSING_SHARE" default:"20" help:"Percent of a connection's known customers beyond which a sync that would lose them waits for an admin's word."`
	MissingAtLeast  int64         `env:"PORTAL_MISSING_AT_LEAST" default:"10" help:"How many customers that must be at least."`
	RemoveAfterRuns int64         `env:"PORTAL_REMOVE_AFTER_RUNS" default:"10" help:"Complete or partial syncs after which a missing customer counts as removed."`
	SyncTakeover    time.Duration `env:"PORTAL_SYNC_TAKEOVER" default:"30s" help:"How long whoever works on a sync may be silent before another takes it over."`
}

func (r syncRules) checkRules() error {
	switch {
	case r.MissingShare < 1 || r.MissingShare > 100:
		return unusable{"PORTAL_MISSING_SHARE", "should be a percentage from 1 to 100"}
	case r.MissingAtLeast < 1 || r.MissingAtLeast > maxRate:
		return unusable{"PORTAL_MISSING_AT_LEAST", fmt.Sprintf("should be a number of customers from 1 to %d", maxRate)}
	case r.RemoveAfterRuns < 1 || r.RemoveAfterRuns > maxRate:
		return unusable{"PORTAL_REMOVE_AFTER_RUNS", fmt.Sprintf("should be a number of syncs from 1 to %d", maxRate)}
	case r.SyncTakeover < time.Second || r.SyncTakeover > 10*time.Minute:
		return unusable{"PORTAL_SYNC_TAKEOVER", "should be from 1s to 10m"}
	}
	return nil
}

func (r syncRules) rules() postgres.MergeRules {
	return postgres.MergeRules{MissingShare: r.MissingShare, MissingAtLeast: r.MissingAtLeast, RemoveAfterRuns: r.RemoveAfterRuns}
}

// syncSchedule is when a server syncs by itself, and when it tells admins that it cannot.
type syncSchedule struct {
	SyncEvery        time.Duration `env:"PORTAL_SYNC_EVERY" default:"1h" help:"How often each connection is synced."`
	SyncFailuresMail int           `env:"PORTAL_SYNC_FAILURES_MAIL" default:"3" help:"Failed syncs in a row after which an MSSP's admins get a mail, if mail is set; 0: none."`
}

func (s syncSchedule) checkSchedule() error {
	switch {
	case s.SyncEvery < 5*time.Minute || s.SyncEvery > 24*time.Hour:
		return unusable{"PORTAL_SYNC_EVERY", "should be from 5m to 24h"}
	case s.SyncFailuresMail < 0 || s.SyncFailuresMail > 1000:
		return unusable{"PORTAL_SYNC_FAILURES_MAIL", "should be a number of syncs from 0 to 1000"}
	}
	return nil
}

// smtp is how mails are sent.
type smtp struct {
	SMTPURL  string `name:"smtp-url" env:"PORTAL_SMTP_URL" help:"smtps://user:password@host:465 or smtp://… (STARTTLS) to mail invites and what goes wrong with syncs; empty: no mails, admins hand codes over."`
	MailFrom string `env:"PORTAL_MAIL_FROM" help:"Sender of the mails."`
}

// sender answers nil where no server is set.
func (s smtp) sender() (*mail.Sender, error) {
	if s.SMTPURL == "" {
		return nil, nil
	}
	sender, err := mail.New(mail.Config{URL: s.SMTPURL, From: s.MailFrom})
	var wrong *mail.InvalidSetting
	if errors.As(err, &wrong) {
		return nil, unusable{wrong.Setting, wrong.Reason}
	}
	return sender, err
}

// requestLimits are how much may be asked of the API, and whose word is taken for who asks.
type requestLimits struct {
	AuthRate       int    `env:"PORTAL_AUTH_RATE" default:"600" help:"Requests a minute one address may send to each route of /v1/auth; 0: any number."`
	AccountRate    int    `env:"PORTAL_ACCOUNT_RATE" default:"30" help:"Requests a minute one account may send to /v1/auth; 0: any number."`
	SessionRate    int    `env:"PORTAL_SESSION_RATE" default:"6000" help:"Requests a minute one session may send; 0: any number."`
	AuthAtOnce     int    `env:"PORTAL_AUTH_AT_ONCE" default:"128" help:"Requests to /v1/auth at work at once, a quarter of them from one address; 0: any number."`
	TrustedProxies string `env:"PORTAL_TRUSTED_PROXIES" help:"Networks of the reverse proxies whose X-Forwarded-For is believed, comma-separated: 10.0.0.0/8,fd00::/8 (default: none)."`
}

// maxRate is the most requests a minute a limit can count.
const maxRate = 1_000_000

func (l requestLimits) checkRates() error {
	for setting, rate := range map[string]int{"PORTAL_AUTH_RATE": l.AuthRate, "PORTAL_ACCOUNT_RATE": l.AccountRate, "PORTAL_SESSION_RATE": l.SessionRate} {
		if rate < 0 || rate > maxRate {
			return unusable{setting, fmt.Sprintf("should be a number of requests a minute from 0 to %d", maxRate)}
		}
	}
	if l.AuthAtOnce < 0 || l.AuthAtOnce > maxRate {
		return unusable{"PORTAL_AUTH_AT_ONCE", fmt.Sprintf("should be a number of requests from 0 to %d", maxRate)}
	}
	_, err := l.proxies()
	return err
}

// sessionAtOnce is how many requests of one session are at work at once: far more than the app sends.
const sessionAtOnce = 64

// addressAtOnce is the part of AuthAtOnce that one address may have.
func (l requestLimits) addressAtOnce() int { return (l.AuthAtOnce + 3) / 4 }

// proxies reads PORTAL_TRUSTED_PROXIES: networks, or single addresses.
func (l requestLimits) proxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, item := range splitList(l.TrustedProxies) {
		network, err := netip.ParsePrefix(item)
		if address, addressErr := netip.ParseAddr(item); addressErr == nil && address.Zone() == "" {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil || network.Addr().Is4In6() {
			return nil, unusable{"PORTAL_TRUSTED_PROXIES", "should be networks such as 10.0.0.0/8,fd00::/8"}
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

// secureURL accepts https anywhere and plain http on loopback alone.
func secureURL(setting, value string) error {
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return unusable{setting, "should be a URL such as https://portal.example.com"}
	}
	if parsed.Scheme == "https" || parsed.Scheme == "http" && portal.Loopback(parsed.Hostname()) {
		return nil
	}
	return unusable{setting, "should begin with https:// (http:// is accepted for 127.0.0.1, [::1] and localhost alone)"}
}

func newLog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// printJSON is how a command answers scripts.
func printJSON(v any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

var errIncomplete = errors.New("the sync was not complete")

// errPartial gives the sync command an exit code of its own: some resellers could not be read, all others are up to date.
var errPartial = errors.New("the sync could not read some resellers")
