package desktop

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
	"github.com/zalando/go-keyring"
)

var errNoBus = errors.New("no D-Bus session bus")

// reachable reports a session without D-Bus. The library would start a bus of its own that nobody ends, and
// that has no keyring either.
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
	return &keyringFault{keyringAbsent, "no session bus", errNoBus}
}

// The Secret Service (https://specifications.freedesktop.org/secret-service).
const (
	secretsName      = "org.freedesktop.secrets"
	secretsService   = "org.freedesktop.Secret.Service"
	secretCollection = "org.freedesktop.Secret.Collection"
	loginCollection  = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	secretsObject    = dbus.ObjectPath("/org/freedesktop/secrets")
	noObject         = dbus.ObjectPath("/")
	// lookWait is how long the service may take to say how it is.
	lookWait = 3 * time.Second
)

// dbusCauses are the names of errors that need no second look.
var dbusCauses = map[string]string{
	"org.freedesktop.Secret.Error.IsLocked":     keyringLocked,
	"org.freedesktop.Secret.Error.NoSuchObject": keyringMissing,

	"org.freedesktop.DBus.Error.AccessDenied":                     keyringRefused,
	"org.freedesktop.DBus.Error.AuthFailed":                       keyringRefused,
	"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": keyringRefused,

	"org.freedesktop.DBus.Error.ServiceUnknown": keyringAbsent,
	"org.freedesktop.DBus.Error.NameHasNoOwner": keyringAbsent,
	"org.freedesktop.DBus.Error.NoServer":       keyringAbsent,
	"org.freedesktop.DBus.Error.Disconnected":   keyringAbsent,
	"org.freedesktop.DBus.Error.NoReply":        keyringAbsent,
	"org.freedesktop.DBus.Error.Timeout":        keyringAbsent,
	"org.freedesktop.DBus.Error.TimedOut":       keyringAbsent,
	"org.freedesktop.DBus.Error.IOError":        keyringAbsent,
}

// spawnFailed begins the names for a service that the bus could not start.
const spawnFailed = "org.freedesktop.DBus.Error.Spawn."

// identify finds the cause of an error by its D-Bus name. Where it has none that decides, the service is asked how it is:
// the library has only a sentence for a keyring that stayed locked or is not there.
func identify(err error) error {
	if err == nil || errors.Is(err, keyring.ErrNotFound) || errors.Is(err, keyring.ErrSetDataTooBig) {
		return err
	}
	name := dbusName(err)
	if cause := dbusCause(name); cause != "" {
		return &keyringFault{cause, name, err}
	}
	cause, seen := secretServiceState()
	if name != "" {
		seen = name + ", " + seen
	}
	return &keyringFault{cause, seen, err}
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
		return keyringAbsent
	}
	return dbusCauses[name]
}

// secretServiceState looks at the Secret Service itself: is it there, has it a login keyring, is that open. seen says
// what was found.
func secretServiceState() (cause, seen string) {
	conn, err := dbus.SessionBus()
	if err != nil {
		return keyringAbsent, "no connection to the session bus"
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookWait)
	defer cancel()
	service := conn.Object(secretsName, secretsObject)
	var all []dbus.ObjectPath
	if err := property(ctx, service, secretsService, "Collections", &all); err != nil {
		if cause := dbusCause(dbusName(err)); cause != "" {
			return cause, "collections: " + dbusName(err)
		}
		return keyringAbsent, "no collections"
	}
	login := loginCollection
	if !slices.Contains(all, login) {
		err := service.CallWithContext(ctx, secretsService+".ReadAlias", 0, "default").Store(&login)
		if err != nil || login == noObject || login == "" {
			return keyringMissing, "no login collection"
		}
	}
	var locked bool
	switch err := property(ctx, conn.Object(secretsName, login), secretCollection, "Locked", &locked); {
	case err != nil:
		return keyringMissing, "a login collection that cannot be read"
	case locked:
		return keyringLocked, "a locked login collection"
	}
	return keyringFailed, "an open login collection"
}

func property(ctx context.Context, of dbus.BusObject, face, name string, into any) error {
	var value dbus.Variant
	if err := of.CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, face, name).Store(&value); err != nil {
		return err
	}
	return value.Store(into)
}
