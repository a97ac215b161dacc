package keyring

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

var (
	errNoBus   = errors.New("no D-Bus session bus")
	errNotOpen = errors.New("there is no open login keyring")
)

// reachable returns an error if there is no D-Bus session bus. Without this check the library would start a bus that
// never ends and has no keyring.
func reachable() error {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	run := os.Getenv("XDG_RUNTIME_DIR")
	if run == "" {
		run = fmt.Sprintf("/run/user/%d", os.Getuid())
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join(run, name)); err == nil {
			return nil
		}
	}
	return &Fault{Absent, "no session bus", errNoBus}
}

// The Secret Service (https://specifications.freedesktop.org/secret-service).
const (
	secretsName      = "org.freedesktop.secrets"
	secretsService   = "org.freedesktop.Secret.Service"
	secretCollection = "org.freedesktop.Secret.Collection"
	loginCollection  = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	secretsObject    = dbus.ObjectPath("/org/freedesktop/secrets")
	noObject         = dbus.ObjectPath("/")
	// lookWait limits how long the service may take to return its state.
	lookWait = 3 * time.Second
)

// dbusCauses are the causes of the D-Bus errors whose name is enough to know the cause.
var dbusCauses = map[string]string{
	"org.freedesktop.Secret.Error.IsLocked":     Locked,
	"org.freedesktop.Secret.Error.NoSuchObject": Missing,

	"org.freedesktop.DBus.Error.AccessDenied":                     Refused,
	"org.freedesktop.DBus.Error.AuthFailed":                       Refused,
	"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": Refused,

	"org.freedesktop.DBus.Error.ServiceUnknown": Absent,
	"org.freedesktop.DBus.Error.NameHasNoOwner": Absent,
	"org.freedesktop.DBus.Error.NoServer":       Absent,
	"org.freedesktop.DBus.Error.Disconnected":   Absent,
	"org.freedesktop.DBus.Error.NoReply":        Absent,
	"org.freedesktop.DBus.Error.Timeout":        Absent,
	"org.freedesktop.DBus.Error.TimedOut":       Absent,
	"org.freedesktop.DBus.Error.IOError":        Absent,
}

// spawnFailed is the prefix of the errors for a service that the bus could not start.
const spawnFailed = "org.freedesktop.DBus.Error.Spawn."

// identify adds the cause to an error of the library, from its D-Bus name. If the name is not enough, it reads the
// service's state: for a keyring that stayed locked or is missing the library has only a sentence.
func identify(err error) error {
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrTooBig) {
		return err
	}
	name := dbusName(err)
	if cause := dbusCause(name); cause != "" {
		return &Fault{cause, name, err}
	}
	cause, seen := secretServiceState()
	if name != "" {
		seen = name + ", " + seen
	}
	return &Fault{cause, seen, err}
}

// Look returns an error if the keyring is absent, missing or locked, without opening a prompt.
func (System) Look() error {
	if err := reachable(); err != nil {
		return err
	}
	if cause, seen := secretServiceState(); cause != Failed {
		return &Fault{cause, seen, errNotOpen}
	}
	return nil
}

func dbusName(err error) string {
	var value dbus.Error
	var pointer *dbus.Error
	switch {
	case errors.As(err, &value):
		return value.Name
	case errors.As(err, &pointer):
		return pointer.Name
	}
	return ""
}

func dbusCause(name string) string {
	if strings.HasPrefix(name, spawnFailed) {
		return Absent
	}
	return dbusCauses[name]
}

// secretServiceState returns the cause from the Secret Service's state: whether it runs, has a login keyring, and
// whether that is open. seen describes the state for the log.
func secretServiceState() (cause, seen string) {
	conn, err := dbus.SessionBus()
	if err != nil {
		return Absent, "no connection to the session bus"
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookWait)
	defer cancel()
	service := conn.Object(secretsName, secretsObject)
	var all []dbus.ObjectPath
	if err := property(ctx, service, secretsService, "Collections", &all); err != nil {
		if cause := dbusCause(dbusName(err)); cause != "" {
			return cause, "collections: " + dbusName(err)
		}
		return Absent, "no collections"
	}
	login := loginCollection
	if !slices.Contains(all, login) {
		err := service.CallWithContext(ctx, secretsService+".ReadAlias", 0, "default").Store(&login)
		if err != nil || login == noObject || login == "" {
			return Missing, "no login collection"
		}
	}
	var locked bool
	switch err := property(ctx, conn.Object(secretsName, login), secretCollection, "Locked", &locked); {
	case err != nil:
		return Missing, "a login collection that cannot be read"
	case locked:
		return Locked, "a locked login collection"
	}
	return Failed, "an open login collection"
}

func property(ctx context.Context, of dbus.BusObject, iface, name string, into any) error {
	var value dbus.Variant
	if err := of.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, iface, name).Store(&value); err != nil {
		return err
	}
	return value.Store(into)
}
