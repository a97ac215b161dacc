package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"

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

// secureURL accepts https anywhere and plain http on loopback alone.
func secureURL(setting, value string) error {
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return unusable{setting, "should be a URL such as https://portal.example.com"}
	}
	if parsed.Scheme == "https" || parsed.Scheme == "http" && loopback(parsed.Hostname()) {
		return nil
	}
	return unusable{setting, "should begin with https:// (http:// is accepted for 127.0.0.1, [::1] and localhost alone)"}
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
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
