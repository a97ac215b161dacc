package desktop

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// newBus starts a session bus of the test's own, on which nothing runs and nothing is started, and answers its address.
func newBus(t testing.TB) (address string, daemon *exec.Cmd) {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // t.TempDir's names are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	config := filepath.Join(dir, "bus.conf")
	content := `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" ` +
		`"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd"><busconfig><type>session</type><listen>unix:dir=` + dir +
		`</listen><auth>EXTERNAL</auth><policy context="default"><allow send_destination="*" eavesdrop="true"/>` +
		`<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon = exec.Command("dbus-daemon", "--config-file="+config, "--print-address", "--nofork", "--nopidfile")
	return startDaemon(t, daemon), daemon
}

// startDaemon starts a program that ends with the test, and answers the first line it prints.
func startDaemon(t testing.TB, command *exec.Cmd) string {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("%v (packages dbus and gnome-keyring)", err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewScanner(out)
	lines.Scan()
	return lines.Text()
}

func connectBus(t testing.TB, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

const (
	secretsPath = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath   = secretsPath + "/collection/login"
	noPrompt    = dbus.ObjectPath("/")
)

// secretService is a Secret Service whose bad days can be chosen, on a bus of its own.
type secretService struct {
	conn    *dbus.Conn
	address string

	mu          sync.Mutex
	items       map[dbus.ObjectPath]*secretItem
	next        int
	collections []dbus.ObjectPath
	// locked asks with a prompt, which answers as prompts says: "unlock", "dismiss" or "hang".
	locked  bool
	prompts string
	shown   int
	// frozen, where set, holds every call until it is closed.
	frozen chan struct{}
	// readOnly refuses to write, undeletable to delete.
	readOnly, undeletable bool
}

type secretItem struct {
	attributes map[string]string
	secret     dbusSecret
}

// dbusSecret is the specification's (oayays).
type dbusSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

func newSecretService(t testing.TB) *secretService {
	t.Helper()
	address, _ := newBus(t)
	s := &secretService{conn: connectBus(t, address), address: address, items: map[dbus.ObjectPath]*secretItem{}, prompts: "dismiss",
		collections: []dbus.ObjectPath{loginPath}}
	s.export(t, secretsPath, "org.freedesktop.Secret.Service", map[string]any{"OpenSession": s.openSession, "Unlock": s.unlock, "ReadAlias": s.readAlias})
	s.export(t, secretsPath, "org.freedesktop.DBus.Properties", map[string]any{"Get": s.property})
	s.export(t, secretsPath+"/session/1", "org.freedesktop.Secret.Session", map[string]any{"Close": func() *dbus.Error { return nil }})
	s.export(t, loginPath, "org.freedesktop.DBus.Properties", map[string]any{"Get": s.property})
	s.export(t, loginPath, "org.freedesktop.Secret.Collection", map[string]any{"SearchItems": s.search, "CreateItem": s.create})
	if reply, err := s.conn.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(reply, err)
	}
	return s
}

func (s *secretService) export(t testing.TB, path dbus.ObjectPath, of string, methods map[string]any) {
	t.Helper()
	if err := s.conn.ExportMethodTable(methods, path, of); err != nil {
		t.Fatal(err)
	}
}

// environment is what a process needs to find this service.
func (s *secretService) environment() string { return "DBUS_SESSION_BUS_ADDRESS=" + s.address }

// set changes the service, unseen by a call under way.
func (s *secretService) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *secretService) enter() (leave func()) {
	s.mu.Lock()
	frozen := s.frozen
	s.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
	s.mu.Lock()
	return s.mu.Unlock
}

func (s *secretService) openSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	return dbus.MakeVariant(""), secretsPath + "/session/1", nil
}

func (s *secretService) property(_, name string) (dbus.Variant, *dbus.Error) {
	defer s.enter()()
	if name == "Locked" {
		return dbus.MakeVariant(s.locked), nil
	}
	return dbus.MakeVariant(s.collections), nil
}

// readAlias knows no default collection.
func (s *secretService) readAlias(string) (dbus.ObjectPath, *dbus.Error) { return noPrompt, nil }

func (s *secretService) unlock(objects []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	if !s.locked {
		return objects, noPrompt, nil
	}
	return []dbus.ObjectPath{}, s.newPrompt(objects), nil
}

// newPrompt answers a prompt that will do as s.prompts says.
func (s *secretService) newPrompt(objects []dbus.ObjectPath) dbus.ObjectPath {
	s.next++
	path := secretsPath + dbus.ObjectPath(fmt.Sprintf("/prompt/%d", s.next))
	_ = s.conn.ExportMethodTable(map[string]any{"Prompt": func(string) *dbus.Error {
		defer s.enter()()
		s.shown++
		result := objects
		switch s.prompts {
		case "hang":
			return nil
		case "dismiss":
			result = []dbus.ObjectPath{}
		default:
			s.locked = false
		}
		_ = s.conn.Emit(path, "org.freedesktop.Secret.Prompt.Completed", len(result) == 0, dbus.MakeVariant(result))
		return nil
	}}, path, "org.freedesktop.Secret.Prompt")
	return path
}

func (s *secretService) search(attributes map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	found := []dbus.ObjectPath{}
	for path, item := range s.items {
		if maps.Equal(item.attributes, attributes) {
			found = append(found, path)
		}
	}
	return found, nil
}

func (s *secretService) create(properties map[string]dbus.Variant, secret dbusSecret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	if s.readOnly {
		return "/", noPrompt, dbus.MakeFailedError(fmt.Errorf("the keyring's file cannot be written"))
	}
	var attributes map[string]string
	if err := properties["org.freedesktop.Secret.Item.Attributes"].Store(&attributes); err != nil {
		return "/", noPrompt, dbus.MakeFailedError(err)
	}
	for path, item := range s.items {
		if maps.Equal(item.attributes, attributes) {
			item.secret = secret
			return path, noPrompt, nil
		}
	}
	s.next++
	path := loginPath + dbus.ObjectPath(fmt.Sprintf("/%d", s.next))
	s.items[path] = &secretItem{attributes, secret}
	_ = s.conn.ExportMethodTable(map[string]any{
		"GetSecret": func(dbus.ObjectPath) (dbusSecret, *dbus.Error) {
			defer s.enter()()
			item, found := s.items[path]
			if !found {
				return dbusSecret{Session: secretsPath}, dbus.MakeFailedError(fmt.Errorf("no such object"))
			}
			return item.secret, nil
		},
		"Delete": func() (dbus.ObjectPath, *dbus.Error) {
			defer s.enter()()
			if s.undeletable {
				return noPrompt, dbus.MakeFailedError(fmt.Errorf("the keyring's file cannot be written"))
			}
			delete(s.items, path)
			return noPrompt, nil
		},
	}, path, "org.freedesktop.Secret.Item")
	return path, noPrompt, nil
}

// prompted answers how often somebody was asked for the password.
func (s *secretService) prompted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown
}

// kept answers all that the service holds.
func (s *secretService) kept() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all strings.Builder
	for _, item := range s.items {
		all.Write(item.secret.Value)
	}
	return all.String()
}

// tamper puts another value where every secret was.
func (s *secretService) tamper(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range s.items {
		item.secret.Value = []byte(value)
	}
}
