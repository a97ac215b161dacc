package postgres_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// admin is a connection as the superuser of the PostgreSQL that tests run in.
func admin(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), testkit.AdminURL(t).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func databaseOf(t *testing.T, databaseURL string) string {
	t.Helper()
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(parsed.Path, "/")
}

// alterDatabase changes the default of each setting in a database.
func alterDatabase(t *testing.T, databaseURL string, settings map[string]string) {
	t.Helper()
	conn, name := admin(t), pgx.Identifier{databaseOf(t, databaseURL)}.Sanitize()
	for setting, value := range settings {
		if _, err := conn.Exec(t.Context(), fmt.Sprintf("alter database %s set %s = '%s'", name, setting, value)); err != nil {
			t.Fatal(err)
		}
	}
}

func resetDatabase(t *testing.T, databaseURL, setting string) {
	t.Helper()
	name := pgx.Identifier{databaseOf(t, databaseURL)}.Sanitize()
	if _, err := admin(t).Exec(t.Context(), fmt.Sprintf("alter database %s reset %s", name, setting)); err != nil {
		t.Fatal(err)
	}
}

func TestSettings(t *testing.T) {
	foreign := map[string]string{
		"datestyle": "German, DMY", "intervalstyle": "sql_standard", "timezone": "Pacific/Chatham", "bytea_output": "escape",
		"extra_float_digits": "-15", "lc_messages": "POSIX", "lc_time": "C.utf8", "lc_numeric": "C.utf8", "lc_monetary": "C.utf8",
		"standard_conforming_strings": "off", "array_nulls": "off", "client_encoding": "LATIN1",
		"default_transaction_isolation": "serializable", "default_transaction_read_only": "on", "default_transaction_deferrable": "on",
	}
	// Settings that change the meaning of a statement when it is prepared.
	prepared := map[string]string{"search_path": "elsewhere", "row_security": "off", "transform_null_equals": "on"}
	t.Run("are_set_on_direct_connection", func(t *testing.T) {
		t.Parallel()
		w := worldThatExpires(t)
		w.Exec(t, "create schema elsewhere; create table elsewhere.client (id int)")
		alterDatabase(t, w.URLs.Owner, foreign)
		alterDatabase(t, w.URLs.Owner, prepared)
		db := open(t, w.URLs.Server)
		checkSettings(t, db, foreign)
		checkSettings(t, db, prepared)
		readsAndWrites(t, db, w)
	})
	t.Run("are_set_by_each_transaction_behind_pooler", func(t *testing.T) {
		t.Parallel()
		w := worldThatExpires(t)
		alterDatabase(t, w.URLs.Owner, foreign)
		db := open(t, pooler(t, w.URLs.Server))
		err := db.As(w.Own.Viewers[portal.MSSPAdmin]).Read(t.Context(), func(batch *pgx.Batch) {
			for name, value := range foreign {
				if !strings.HasPrefix(name, "default_") && name != "lc_messages" {
					batch.Queue("select current_setting($1)", name).QueryRow(func(row pgx.Row) error {
						return checkSetting(t, row, name, value)
					})
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		readsAndWrites(t, db, w)
	})
	t.Run("are_checked_where_pooler_cannot_set_them", func(t *testing.T) {
		t.Parallel()
		w := testkit.NewWorld(t)
		for name, value := range prepared {
			alterDatabase(t, w.URLs.Owner, map[string]string{name: value})
			_, err := postgres.Open(t.Context(), pooler(t, w.URLs.Server))
			if err == nil || !strings.Contains(err.Error(), "set "+name) {
				t.Errorf("got error %v, want one that names %s", err, name)
			}
			resetDatabase(t, w.URLs.Owner, name)
		}
	})
	t.Run("apply_while_migrating", func(t *testing.T) {
		t.Parallel()
		name := testkit.EmptyDatabase(t, "encoding 'UTF8' template template0")
		alterDatabase(t, name, foreign)
		alterDatabase(t, name, prepared)
		if _, err := postgres.Migrate(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if err := open(t, name).Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func open(t *testing.T, databaseURL string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// checkSettings fails for each setting whose value in the session is the database's default. Only superusers may set
// lc_messages.
func checkSettings(t *testing.T, db *postgres.DB, foreign map[string]string) {
	t.Helper()
	for name, value := range foreign {
		if name == "lc_messages" {
			continue
		}
		if err := checkSetting(t, db.Pool().QueryRow(t.Context(), "select current_setting($1)", name), name, value); err != nil {
			t.Fatal(err)
		}
	}
}

func checkSetting(t *testing.T, row pgx.Row, name, foreign string) error {
	t.Helper()
	var got string
	err := row.Scan(&got)
	if got == foreign {
		t.Errorf("%s: got the database's default %q, want the portal's own value", name, got)
	}
	return err
}

func worldThatExpires(t *testing.T) *testkit.World {
	t.Helper()
	w := testkit.NewWorld(t)
	w.Exec(t, "update client set expires_on = '2031-02-03'")
	return w
}

// readsAndWrites reads the second page of a list that is sorted by dates, and writes.
func readsAndWrites(t *testing.T, db *postgres.DB, w *testkit.World) {
	t.Helper()
	admin := w.Own.Viewers[portal.MSSPAdmin]
	var ids []string
	for cursor := ""; ; {
		page, _, err := db.Clients(t.Context(), admin, portal.ClientQuery{Sort: "expires_on,-first_seen_at", Cursor: cursor, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, client := range page.Items {
			if ids = append(ids, client.ID); *client.ExpiresOn != "2031-02-03" {
				t.Errorf("got the date %s, want 2031-02-03", *client.ExpiresOn)
			}
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != 7 {
		t.Errorf("got %d different clients in the pages, want 7", len(ids))
	}
	staff := w.Own.Viewers[portal.MSSPStaff]
	inactive := false
	user, err := db.ChangeUser(t.Context(), admin, staff.UserID, portal.UserChange{Active: &inactive})
	if err != nil || user.Active {
		t.Errorf("deactivation: got user %+v, %v, want an inactive one", user, err)
	}
}

func TestEncoding(t *testing.T) {
	t.Run("is_read_where_pooler_hides_it", func(t *testing.T) {
		t.Parallel()
		w := testkit.NewWorld(t)
		if err := open(t, poolerHiding(t, w.URLs.Server, "server_encoding")).Ready(t.Context()); err != nil {
			t.Error(err)
		}
		latin := testkit.EmptyDatabase(t, "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0")
		_, err := postgres.Open(t.Context(), poolerHiding(t, latin, "server_encoding"))
		if err == nil || !strings.Contains(err.Error(), "is LATIN1 and must be UTF8") {
			t.Errorf("got error %v, want one that names LATIN1 and UTF8", err)
		}
	})
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		t.Run("refuses_"+encoding, func(t *testing.T) {
			t.Parallel()
			name := testkit.EmptyDatabase(t, "encoding '"+encoding+"' lc_collate 'C' lc_ctype 'C' template template0")
			_, opened := postgres.Open(t.Context(), name)
			_, migrated := postgres.Migrate(t.Context(), name)
			for _, err := range []error{opened, migrated} {
				if err == nil || !strings.Contains(err.Error(), encoding) || !strings.Contains(err.Error(), "UTF8") ||
					strings.Contains(err.Error(), "\n") {
					t.Errorf("got %v, want one line that names %s and UTF8", err, encoding)
				}
			}
		})
	}
}

// pooler starts a proxy of the database that, like PgBouncer, refuses the start-up parameters that it does not track.
// It returns the URL of the proxy.
func pooler(t *testing.T, databaseURL string) string {
	t.Helper()
	return poolerHiding(t, databaseURL, "")
}

// poolerHiding is pooler with a parameter of the server that is not reported to clients.
func poolerHiding(t *testing.T, databaseURL, parameter string) string {
	t.Helper()
	parsed, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func(target string) {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go pool(client, target, parameter)
		}
	}(parsed.Host)
	parsed.Host = listener.Addr().String()
	return parsed.String()
}

var tracked = []string{"user", "database", "application_name", "client_encoding", "datestyle", "timezone", "standard_conforming_strings"}

// hiding writes to a client, and replaces the name of a parameter of the server by another of the same length.
type hiding struct {
	net.Conn
	parameter string
}

func (h hiding) Write(p []byte) (int, error) {
	if h.parameter != "" {
		p = bytes.ReplaceAll(p, []byte(h.parameter+"\x00"), []byte(strings.Repeat("x", len(h.parameter))+"\x00"))
	}
	return h.Conn.Write(p)
}

// pool relays one connection of a client to the database at target.
func pool(client net.Conn, target, hidden string) {
	defer client.Close()
	length := make([]byte, 4)
	if _, err := io.ReadFull(client, length); err != nil {
		return
	}
	body := make([]byte, binary.BigEndian.Uint32(length)-4)
	if _, err := io.ReadFull(client, body); err != nil {
		return
	}
	var startup pgproto3.StartupMessage
	if err := startup.Decode(body); err != nil {
		return
	}
	for name := range startup.Parameters {
		if !slices.Contains(tracked, strings.ToLower(name)) {
			refusal, _ := (&pgproto3.ErrorResponse{
				Severity: "FATAL", Code: "08P01", Message: "unsupported startup parameter: " + name,
			}).Encode(nil)
			client.Write(refusal)
			return
		}
	}
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	server.Write(append(length, body...))
	go io.Copy(server, client)
	io.Copy(hiding{client, hidden}, server)
}
