package keyring

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"fs-client-portal/backend/testkit/secretservice"
)

// A service says what is wrong in the user's language; only the name of its error, or the service itself, tells the
// cause.
func TestDBusCause(t *testing.T) {
	want := map[string]string{
		"org.freedesktop.Secret.Error.IsLocked": Locked, "org.freedesktop.Secret.Error.NoSuchObject": Missing,
	}
	for _, name := range []string{"AccessDenied", "AuthFailed", "InteractiveAuthorizationRequired"} {
		want["org.freedesktop.DBus.Error."+name] = Refused
	}
	for _, name := range []string{
		"ServiceUnknown", "NameHasNoOwner", "NoServer", "Disconnected", "NoReply", "Timeout", "TimedOut", "IOError",
		"Spawn.ExecFailed", "Spawn.ForkFailed", "Spawn.ChildExited", "Spawn.ServiceNotFound", "Spawn.FileInvalid",
	} {
		want["org.freedesktop.DBus.Error."+name] = Absent
	}
	for _, name := range []string{"Failed", "NoMemory", "UnknownMethod", "InvalidArgs", "Spawner"} {
		want["org.freedesktop.DBus.Error."+name] = ""
	}
	for name, cause := range want {
		for _, err := range []error{dbus.Error{Name: name}, &dbus.Error{Name: name}, fmt.Errorf("store: %w", dbus.Error{Name: name})} {
			if got := dbusCause(dbusName(err)); got != cause {
				t.Errorf("%T %s: got %q, want %q", err, name, got, cause)
			}
		}
	}
}

func TestIdentify(t *testing.T) {
	named := func(name string) error {
		return dbus.Error{Name: name, Body: []any{"der Dienst antwortet nicht, locked, no such file"}}
	}
	unnamed := errors.New("Der Schlüsselbund ist gesperrt")
	login := []dbus.ObjectPath{secretservice.LoginPath}
	for _, c := range []struct {
		name        string
		err         error
		collections []dbus.ObjectPath
		locked      bool
		cause       string
	}{
		{"locked_by_name", named("org.freedesktop.Secret.Error.IsLocked"), login, false, Locked},
		{"missing_by_name", named("org.freedesktop.Secret.Error.NoSuchObject"), login, true, Missing},
		{"refused_by_name", named("org.freedesktop.DBus.Error.AccessDenied"), login, true, Refused},
		{"absent_by_name", named("org.freedesktop.DBus.Error.ServiceUnknown"), login, true, Absent},
		{"not_started", named("org.freedesktop.DBus.Error.Spawn.ChildExited"), login, true, Absent},
		{"died_before_its_reply", named("org.freedesktop.DBus.Error.NoReply"), login, true, Absent},
		{"wrapped", fmt.Errorf("store: %w", named("org.freedesktop.Secret.Error.IsLocked")), login, false, Locked},
		{"locked_by_state", unnamed, login, true, Locked},
		{"missing_by_state", unnamed, nil, false, Missing},
		{"failed_by_state", unnamed, login, false, Failed},
		{"failed_by_a_name_that_says_nothing", named("org.freedesktop.DBus.Error.Failed"), login, false, Failed},
		{"too_long", ErrTooBig, login, true, TooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			service := secretservice.New(t)
			service.Set(func() { service.Collections, service.Locked = c.collections, c.locked })
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", service.Address)
			freshSessionBus(t)
			err := identify(c.err)
			if got := causeOf("linux", err); got != c.cause {
				t.Errorf("got cause %s of %v, want %s", got, err, c.cause)
			}
			if !strings.Contains(err.Error(), c.err.Error()) {
				t.Errorf("the error is lost: %v", err)
			}
		})
	}
	t.Run("absent_by_state", func(t *testing.T) {
		address, _ := secretservice.NewBus(t)
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		freshSessionBus(t)
		if err := identify(unnamed); causeOf("linux", err) != Absent {
			t.Errorf("got %v, want %s", err, Absent)
		}
	})
	t.Run("nothing_found_stays_that", func(t *testing.T) {
		if err := identify(ErrNotFound); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v", err)
		}
		if err := identify(nil); err != nil {
			t.Errorf("got %v", err)
		}
	})
}

// freshSessionBus drops the connection that the library shares, so that the next is to the bus of this test.
func freshSessionBus(t *testing.T) {
	t.Helper()
	conn, err := dbus.SessionBus()
	if err != nil {
		return
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}
