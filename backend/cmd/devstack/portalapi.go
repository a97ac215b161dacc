package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/embedded"
)

const (
	database    = "portal"
	ownerLogin  = "portal_owner"
	serverLogin = "portal_api"
)

// findProgram takes the portal-api that is named, or lies beside this program, or builds it.
func (s *stack) findProgram(ctx context.Context) error {
	if s.program = s.options.PortalAPI; s.program != "" {
		return nil
	}
	if own, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(own), "portal-api")
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			s.program = beside
			return nil
		}
	}
	s.program = s.folder.file("portal-api")
	build := exec.CommandContext(ctx, "go", "build", "-o", s.program, "fs-client-portal/backend/cmd/portal-api")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, output)
	}
	return nil
}

// prepareDatabase makes the database and its owner, brings the schema up to date, and makes the server's own login,
// which owns nothing.
func (s *stack) prepareDatabase(ctx context.Context) error {
	kept := s.folder.state
	if err := s.login(ctx, ownerLogin, kept.OwnerPassword, "createrole"); err != nil {
		return err
	}
	exists, err := s.exists(ctx, "select exists (select from pg_database where datname = $1)", database)
	if err != nil {
		return err
	}
	if !exists {
		if err := s.sql(ctx, "create database "+database+" owner "+ownerLogin); err != nil {
			return err
		}
	}
	if err := s.command(ctx, nil, "migrate", "up"); err != nil {
		return err
	}
	return s.login(ctx, serverLogin, kept.ServerPassword, "in role portal_server")
}

// login makes a role that may log in, unless it is there. The options are the stack's own words.
func (s *stack) login(ctx context.Context, name, password, options string) error {
	exists, err := s.exists(ctx, "select exists (select from pg_roles where rolname = $1)", name)
	if err != nil || exists {
		return err
	}
	return s.sql(ctx, fmt.Sprintf("create role %s login password '%s' %s", name, password, options))
}

func (s *stack) exists(ctx context.Context, query, name string) (exists bool, err error) {
	err = s.asSuperuser(ctx, func(conn *pgx.Conn) error { return conn.QueryRow(ctx, query, name).Scan(&exists) })
	return exists, err
}

func (s *stack) sql(ctx context.Context, statement string) error {
	return s.asSuperuser(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statement)
		return err
	})
}

func (s *stack) asSuperuser(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.postgres.URL(embedded.Superuser, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return do(conn)
}

// bootstrap creates the MSSP and its admin's invite.
func (s *stack) bootstrap(ctx context.Context) error {
	kept := &s.folder.state
	if kept.MSSPID != "" {
		return nil
	}
	var made struct {
		MSSPID string `json:"mssp_id"`
		Code   string `json:"code"`
	}
	err := s.command(ctx, &made, "bootstrap", "--mssp", msspName, "--admin", admin.Email, "--provider", "google", "--domain", msspDomain)
	if err != nil {
		return err
	}
	kept.MSSPID, kept.AdminCode = made.MSSPID, made.Code
	return s.folder.save()
}

func (s *stack) addProduct(ctx context.Context) error {
	kept := &s.folder.state
	if kept.ProductAdded {
		return nil
	}
	keyFile, err := s.folder.secret("heimdal.key", func() string { return heimdalKey })
	if err != nil {
		return err
	}
	err = s.command(ctx, nil, "product", "add", "--mssp", kept.MSSPID, "--product", "heimdal", "--customer-id", heimdalCustomer,
		"--base-url", s.heimdal.URL(), "--api-key-file", keyFile)
	if err != nil {
		return err
	}
	kept.ProductAdded = true
	return s.folder.save()
}

// command runs a command of portal-api as the owner of the database and reads the JSON it prints, if that is wanted.
func (s *stack) command(ctx context.Context, result any, arguments ...string) error {
	settings, err := s.settings(s.ownerURL())
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, s.program, arguments...)
	command.Env = settings.environ()
	var problems bytes.Buffer
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("portal-api %s: %w: %s", strings.Join(arguments, " "), err, problems.Bytes())
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(output, result); err != nil {
		return fmt.Errorf("portal-api %s printed no JSON: %w", arguments[0], err)
	}
	return nil
}

// serve starts the API with its lesser login and waits until it is ready.
func (s *stack) serve(ctx context.Context) error {
	settings, err := s.settings(s.serverURL())
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.apiLog(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(s.program, "serve")
	command.Env, command.Stdout, command.Stderr = settings.environ(), log, log
	if s.api, err = child.Start(command, syscall.SIGTERM); err != nil {
		return err
	}
	return s.awaitReady(ctx)
}

func (s *stack) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if ready(ctx, s.url()+"/readyz") {
			return nil
		}
		select {
		case <-s.api.Done():
			return fmt.Errorf("it ended with %d:\n%s", s.api.Code(), tail(s.apiLog()))
		case <-ctx.Done():
			return fmt.Errorf("%s/readyz did not respond 200:\n%s", s.url(), tail(s.apiLog()))
		case <-time.After(25 * time.Millisecond):
		}
	}
}

func ready(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func (s *stack) url() string      { return "http://" + s.listen }
func (s *stack) apiLog() string   { return s.folder.file("portal-api.log") }
func (s *stack) ownerURL() string { return s.databaseURL(ownerLogin, s.folder.state.OwnerPassword) }
func (s *stack) serverURL() string {
	return s.databaseURL(serverLogin, s.folder.state.ServerPassword)
}

func (s *stack) databaseURL(login, password string) string {
	return s.postgres.URLWithPassword(login, password, database)
}

// settings are portal-api's, for whichever of the two logins.
func (s *stack) settings(databaseURL string) (variables, error) {
	keyFile, err := s.folder.secret("secret.key", newSealingKey)
	rate := s.options.HeimdalPerMinute
	if rate == 0 {
		rate = 600
	}
	return variables{
		{"PORTAL_DATABASE_URL", databaseURL},
		{"PORTAL_LISTEN", s.listen},
		{"PORTAL_METRICS_LISTEN", s.metrics},
		{"PORTAL_PUBLIC_URL", s.url()},
		{"PORTAL_GOOGLE_ISSUER", s.google.Issuer()},
		{"PORTAL_GOOGLE_CLIENT_ID", googleClient},
		{"PORTAL_GOOGLE_CLIENT_SECRET", googleSecret},
		{"PORTAL_ENTRA_ISSUER", s.entra.Issuer()},
		{"PORTAL_ENTRA_CLIENT_ID", entraClient},
		{"PORTAL_ENTRA_TENANTS", strings.Join(entraTenants, ",")},
		{"PORTAL_SECRET_KEY_FILE", keyFile},
		{"PORTAL_ALLOW_PRIVATE_PRODUCTS", "1"},
		{"PORTAL_HEIMDAL_RATE", strconv.Itoa(rate)},
	}, err
}

func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
