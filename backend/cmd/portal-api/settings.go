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

	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/mail"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// database is the setting that every command needs.
type database struct {
	DatabaseURL string `name:"database-url" env:"PORTAL_DATABASE_URL" help:"${database_url}" placeholder:"postgres://…"`
}

func (d database) open(ctx context.Context) (*postgres.DB, error) {
	if d.DatabaseURL == "" {
		return nil, settingError{"PORTAL_DATABASE_URL",
			"is not set; it should be a PostgreSQL URL such as postgres://user:password@host:5432/portal"}
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

// openMigrated is like open, for commands that need the schema.
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
	SecretKeyFile string `name:"secret-key-file" env:"PORTAL_SECRET_KEY_FILE" help:"${secret_key_file}" placeholder:"FILE"`
}

func (s secret) sealer() (*session.Sealer, error) {
	if s.SecretKeyFile == "" {
		return nil, settingError{"PORTAL_SECRET_KEY_FILE",
			"is not set; it should name a file with 32 bytes in base64 (openssl rand -base64 32)"}
	}
	if err := checkPrivate("PORTAL_SECRET_KEY_FILE", s.SecretKeyFile); err != nil {
		return nil, err
	}
	sealer, err := session.LoadSealer(s.SecretKeyFile)
	if err != nil {
		return nil, settingError{"PORTAL_SECRET_KEY_FILE", strings.TrimPrefix(err.Error(), "PORTAL_SECRET_KEY_FILE ")}
	}
	return sealer, nil
}

type heimdalRate struct {
	HeimdalRate *int `name:"heimdal-rate" env:"PORTAL_HEIMDAL_RATE" help:"Calls a minute to each of Heimdal's endpoints (5); 0: no limit."`
}

func (h heimdalRate) check() error {
	if h.HeimdalRate != nil && (*h.HeimdalRate < 0 || *h.HeimdalRate > 6000) {
		return settingError{"PORTAL_HEIMDAL_RATE", "should be a number of calls a minute from 0 to 6000"}
	}
	return nil
}

// rates returns the rates of products that are set.
func (h heimdalRate) rates() map[string]int {
	if h.HeimdalRate == nil {
		return nil
	}
	return map[string]int{heimdal.ProductID: *h.HeimdalRate}
}

// syncRules are the limits of the plausibility check of a sync, and the timeout of a run's heartbeat. Every process
// that syncs needs the same.
type syncRules struct {
	MissingShare    int64         `env:"PORTAL_MISSING_SHARE" default:"20" help:"${missing_share}"`
	MissingAtLeast  int64         `env:"PORTAL_MISSING_AT_LEAST" default:"10" help:"Minimum number of such customers."`
	RemoveAfterRuns int64         `env:"PORTAL_REMOVE_AFTER_RUNS" default:"10" help:"${remove_after_runs}"`
	SyncTakeover    time.Duration `env:"PORTAL_SYNC_TAKEOVER" default:"30s" help:"${sync_takeover}"`
}

func (r syncRules) checkRules() error {
	switch {
	case r.MissingShare < 1 || r.MissingShare > 100:
		return settingError{"PORTAL_MISSING_SHARE", "should be a percentage from 1 to 100"}
	case r.MissingAtLeast < 1 || r.MissingAtLeast > maxRate:
		return settingError{"PORTAL_MISSING_AT_LEAST", fmt.Sprintf("should be a number of customers from 1 to %d", maxRate)}
	case r.RemoveAfterRuns < 1 || r.RemoveAfterRuns > maxRate:
		return settingError{"PORTAL_REMOVE_AFTER_RUNS", fmt.Sprintf("should be a number of syncs from 1 to %d", maxRate)}
	case r.SyncTakeover < time.Second || r.SyncTakeover > 10*time.Minute:
		return settingError{"PORTAL_SYNC_TAKEOVER", "should be from 1s to 10m"}
	}
	return nil
}

func (r syncRules) rules() postgres.MergeRules {
	return postgres.MergeRules{MissingShare: r.MissingShare, MissingAtLeast: r.MissingAtLeast, RemoveAfterRuns: r.RemoveAfterRuns}
}

// syncSchedule is when a server syncs by itself, and when it mails admins about failures.
type syncSchedule struct {
	SyncEvery        time.Duration `env:"PORTAL_SYNC_EVERY" default:"1h" help:"Interval of each connection's syncs."`
	SyncFailuresMail int           `env:"PORTAL_SYNC_FAILURES_MAIL" default:"3" help:"${sync_failures_mail}"`
}

func (s syncSchedule) checkSchedule() error {
	switch {
	case s.SyncEvery < 5*time.Minute || s.SyncEvery > 24*time.Hour:
		return settingError{"PORTAL_SYNC_EVERY", "should be from 5m to 24h"}
	case s.SyncFailuresMail < 0 || s.SyncFailuresMail > 1000:
		return settingError{"PORTAL_SYNC_FAILURES_MAIL", "should be a number of syncs from 0 to 1000"}
	}
	return nil
}

// smtp is the mail server's settings.
type smtp struct {
	SMTPURL  string `name:"smtp-url" env:"PORTAL_SMTP_URL" help:"${smtp_url}"`
	MailFrom string `env:"PORTAL_MAIL_FROM" help:"Sender address of e-mails."`
}

// sender returns nil if no mail server is set.
func (s smtp) sender() (*mail.Sender, error) {
	if s.SMTPURL == "" {
		return nil, nil
	}
	sender, err := mail.New(mail.Config{URL: s.SMTPURL, From: s.MailFrom})
	var wrong *mail.InvalidSetting
	if errors.As(err, &wrong) {
		return nil, settingError{wrong.Setting, wrong.Reason}
	}
	return sender, err
}

// requestLimits are the rate limits of the API, and the proxies that are trusted to name the client address.
type requestLimits struct {
	AuthRate       int    `env:"PORTAL_AUTH_RATE" default:"600" help:"${auth_rate}"`
	AccountRate    int    `env:"PORTAL_ACCOUNT_RATE" default:"30" help:"${account_rate}"`
	SessionRate    int    `env:"PORTAL_SESSION_RATE" default:"6000" help:"Requests per minute that one session may send; 0: no limit."`
	AuthAtOnce     int    `env:"PORTAL_AUTH_AT_ONCE" default:"128" help:"${auth_at_once}"`
	TrustedProxies string `env:"PORTAL_TRUSTED_PROXIES" help:"${trusted_proxies}"`
}

// maxRate is the highest rate that a limit supports.
const maxRate = 1_000_000

func (l requestLimits) checkRates() error {
	for setting, rate := range map[string]int{
		"PORTAL_AUTH_RATE": l.AuthRate, "PORTAL_ACCOUNT_RATE": l.AccountRate, "PORTAL_SESSION_RATE": l.SessionRate,
	} {
		if rate < 0 || rate > maxRate {
			return settingError{setting, fmt.Sprintf("should be a number of requests per minute from 0 to %d", maxRate)}
		}
	}
	if l.AuthAtOnce < 0 || l.AuthAtOnce > maxRate {
		return settingError{"PORTAL_AUTH_AT_ONCE", fmt.Sprintf("should be a number of requests from 0 to %d", maxRate)}
	}
	_, err := l.proxies()
	return err
}

// sessionAtOnce is how many requests of one session may run at the same time: far more than the app sends.
const sessionAtOnce = 64

// addressAtOnce returns the share of AuthAtOnce that one address may use.
func (l requestLimits) addressAtOnce() int { return (l.AuthAtOnce + 3) / 4 }

// proxies parses PORTAL_TRUSTED_PROXIES: networks, or single addresses.
func (l requestLimits) proxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, item := range splitList(l.TrustedProxies) {
		network, err := netip.ParsePrefix(item)
		if address, addressErr := netip.ParseAddr(item); addressErr == nil && address.Zone() == "" {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil || network.Addr().Is4In6() {
			return nil, settingError{"PORTAL_TRUSTED_PROXIES", "should be networks such as 10.0.0.0/8,fd00::/8"}
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

// secureURL accepts https anywhere, and http on loopback only.
func secureURL(setting, value string) error {
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return settingError{setting, "should be a URL such as https://portal.example.com"}
	}
	if parsed.Scheme == "https" || parsed.Scheme == "http" && portal.Loopback(parsed.Hostname()) {
		return nil
	}
	return settingError{setting, "should begin with https:// (http:// is accepted only for 127.0.0.1, [::1] and localhost)"}
}

func newLog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// printJSON prints the result of a command.
func printJSON(v any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

var errIncomplete = errors.New("the sync was not complete")

// errPartial gives a partial sync an exit code of its own: some resellers could not be read, all others are up to
// date.
var errPartial = errors.New("the sync could not read some resellers")
