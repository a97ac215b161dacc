package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// failedConnect returns pgx's error of a connection that could not be made.
func failedConnect(t *testing.T, cause error) error {
	t.Helper()
	config, err := pgconn.ParseConfig("postgres://u@192.0.2.1/portal?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	config.DialFunc = func(context.Context, string, string) (net.Conn, error) { return nil, cause }
	_, err = pgconn.ConnectConfig(t.Context(), config)
	return err
}

// unsent is an error of pgx from before anything was sent.
type unsent struct{ error }

func (unsent) SafeToRetry() bool { return true }
func (u unsent) Unwrap() error   { return u.error }

func TestOutageReason(t *testing.T) {
	refused := func(code string) error {
		return fmt.Errorf("list clients: %w", &pgconn.PgError{Code: code, Message: "geheim"})
	}
	for _, c := range []struct {
		name string
		err  error
		down bool
	}{
		{"connection_failure", refused("08006"), true},
		{"login_refused", refused("28P01"), true},
		{"database_dropped", refused("3D000"), true},
		{"disk_full", refused("53100"), true},
		{"out_of_memory", refused("53200"), true},
		{"too_many_connections", refused("53300"), true},
		{"shut_down_by_an_administrator", refused("57P01"), true},
		{"crashed", refused("57P02"), true},
		{"starting", refused("57P03"), true},
		{"disk_error", refused("58030"), true},
		{"read_only", refused("25006"), true},
		{"lock_not_available", refused("55P03"), true},
		{"network", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{"network_ended", fmt.Errorf("receive message: %w", io.EOF), true},
		{"connection_closed_before", fmt.Errorf("begin: %w", pgconn.ErrConnClosed), true},
		{"network_of_another_kind", &net.OpError{Op: "dial", Err: errors.New("x")}, true},
		{"closed_by_the_server", fmt.Errorf("receive message: %w", io.ErrUnexpectedEOF), true},
		{"not_reached", failedConnect(t, errors.New("x")), true},
		{"not_reached_in_time", failedConnect(t, context.DeadlineExceeded), true},
		{"nothing_sent", fmt.Errorf("begin: %w", unsent{errors.New("x")}), true},

		{"caller_cancelled_while_connecting", failedConnect(t, context.Canceled), false},
		{"caller_cancelled_before_sending", unsent{context.Canceled}, false},
		{"caller_deadline_before_sending", unsent{context.DeadlineExceeded}, false},
		{"query_cancelled", refused("57014"), false},
		{"unique_violation", refused("23505"), false},
		{"syntax_error", refused("42601"), false},
		{"no_privilege", refused("42501"), false},
		{"serialization_failure", refused("40001"), false},
		{"caller_cancelled", context.Canceled, false},
		{"caller_deadline", context.DeadlineExceeded, false},
		{"code_of_another_length", refused("57"), false},
		{"code_that_is_too_long", refused("57P033"), false},
		{"no_code", refused(""), false},
		{"unknown", errors.New("the database is starting up"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var down *Outage
			got := outage(c.err)
			if errors.As(got, &down) != c.down {
				t.Errorf("outage(%v): got %v, want an outage: %t", c.err, got, c.down)
			}
			if !errors.Is(got, c.err) {
				t.Errorf("got %v, want an error that wraps %v", got, c.err)
			}
		})
	}
}

func TestOutage(t *testing.T) {
	t.Run("of_connection_has_reason", testOutageOfConnectionHasReason)
	t.Run("is_wrapped_once", testOutageIsWrappedOnce)
	t.Run("text_has_no_password", testOutageTextHasNoPassword)
}

func testOutageOfConnectionHasReason(t *testing.T) {
	for name, cause := range map[string]error{
		"refused": &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "too_slow": context.DeadlineExceeded,
	} {
		t.Run(name, func(t *testing.T) {
			if got := outageReason(failedConnect(t, cause)); got != "it cannot be reached" {
				t.Errorf("got %q, want %q", got, "it cannot be reached")
			}
		})
	}
}

// TestBeginError covers errors of begin: the statement is always correct, so the database is the cause.
func TestBeginError(t *testing.T) {
	for code, down := range map[string]bool{"0A000": true, "25001": true, "57014": false} {
		t.Run(code, func(t *testing.T) {
			var outage *Outage
			refused := &pgconn.PgError{Code: code}
			if err := beginError(refused); errors.As(err, &outage) != down || !errors.Is(err, refused) {
				t.Errorf("got %v, want an outage: %t", err, down)
			}
		})
	}
	if err := beginError(context.Canceled); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func testOutageIsWrappedOnce(t *testing.T) {
	once := outage(&pgconn.PgError{Code: "57P03", Message: "starting"})
	if twice := outage(once); twice != once { //nolint:errorlint // the very same error is meant
		t.Errorf("got %v, want the same error", twice)
	}
	if text := once.Error(); !strings.Contains(text, "starting") {
		t.Errorf("got %q, want the server's message in it", text)
	}
}

func testOutageTextHasNoPassword(t *testing.T) {
	if acquireWait != 10*time.Second {
		t.Errorf("wait for a connection: got %s, want 10s", acquireWait)
	}
	down := &Outage{Reason: "x", cause: errors.New("cannot parse postgres://u:hidden@db/portal")}
	if text := down.Error(); strings.Contains(text, "hidden") {
		t.Errorf("got the password in %q, want none", text)
	}
	if text := (&Outage{Reason: "x"}).Error(); text != "the database is not available: x" {
		t.Errorf("got %q, want %q", text, "the database is not available: x")
	}
}
