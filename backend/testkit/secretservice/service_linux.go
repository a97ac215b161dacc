package secretservice

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
	"time"

	"github.com/godbus/dbus/v5"

	"fs-client-portal/backend/testkit/wait"
)

// NewBus starts a session bus of the test's own, on which nothing runs and nothing is started, and returns its address.
func NewBus(t testing.TB) (address string, daemon *exec.Cmd) {
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
	return StartDaemon(t, daemon), daemon
}

// StartDaemon starts a program that ends with the test, and returns the first line it prints.
func StartDaemon(t testing.TB, command *exec.Cmd) string {
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
	wait.Do(t, time.Minute, "the first line of "+command.Path, lines.Scan)
	return lines.Text()
}

// Connect connects to a bus until the test ends.
func Connect(t testing.TB, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Path is the service's object, LoginPath its login collection.
const (
	Path      = dbus.ObjectPath("/org/freedesktop/secrets")
	LoginPath = Path + "/collection/login"
	noPrompt  = dbus.ObjectPath("/")
)

// Service is a Secret Service on a bus of its own. Set changes its exported fields.
type Service struct {
	conn    *dbus.Conn
	Address string

	mu          sync.Mutex
	items       map[dbus.ObjectPath]*secretItem
	next        int
	Collections []dbus.ObjectPath
	// Locked makes the service show a prompt, whose result is Prompts: "unlock", "dismiss" or "hang".
	Locked  bool
	Prompts string
	shown   int
	// Frozen, if set, holds every call until it is closed.
	Frozen chan struct{}
	// ReadOnly makes writes fail, Undeletable deletions.
	ReadOnly, Undeletable bool
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

// New starts a Service that ends with the test.
func New(t testing.TB) *Service {
	t.Helper()
	address, _ := NewBus(t)
	s := &Service{conn: Connect(t, address), Address: address, items: map[dbus.ObjectPath]*secretItem{}, Prompts: "dismiss",
		Collections: []dbus.ObjectPath{LoginPath}}
	s.export(t, Path, "org.freedesktop.Secret.Service",
		map[string]any{"OpenSession": s.openSession, "Unlock": s.unlock, "ReadAlias": s.readAlias})
	s.export(t, Path, "org.freedesktop.DBus.Properties", map[string]any{"Get": s.property})
	s.export(t, Path+"/session/1", "org.freedesktop.Secret.Session", map[string]any{"Close": func() *dbus.Error { return nil }})
	s.export(t, LoginPath, "org.freedesktop.DBus.Properties", map[string]any{"Get": s.property})
	s.export(t, LoginPath, "org.freedesktop.Secret.Collection", map[string]any{"SearchItems": s.search, "CreateItem": s.create})
	if reply, err := s.conn.RequestName("org.freedesktop.secrets", dbus.NameFlagDoNotQueue); err != nil ||
		reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(reply, err)
	}
	return s
}

func (s *Service) export(t testing.TB, path dbus.ObjectPath, of string, methods map[string]any) {
	t.Helper()
	if err := s.conn.ExportMethodTable(methods, path, of); err != nil {
		t.Fatal(err)
	}
}

// Environment returns the environment variable by which a process finds this service.
func (s *Service) Environment() string { return "DBUS_SESSION_BUS_ADDRESS=" + s.Address }

// Set runs change while no call is under way.
func (s *Service) Set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *Service) enter() (leave func()) {
	s.mu.Lock()
	frozen := s.Frozen
	s.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
	s.mu.Lock()
	return s.mu.Unlock
}

func (s *Service) openSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	return dbus.MakeVariant(""), Path + "/session/1", nil
}

func (s *Service) property(_, name string) (dbus.Variant, *dbus.Error) {
	defer s.enter()()
	if name == "Locked" {
		return dbus.MakeVariant(s.Locked), nil
	}
	return dbus.MakeVariant(s.Collections), nil
}

// readAlias knows no default collection.
func (s *Service) readAlias(string) (dbus.ObjectPath, *dbus.Error) { return noPrompt, nil }

func (s *Service) unlock(objects []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	if !s.Locked {
		return objects, noPrompt, nil
	}
	return []dbus.ObjectPath{}, s.newPrompt(objects), nil
}

// newPrompt returns a prompt with the result s.Prompts.
func (s *Service) newPrompt(objects []dbus.ObjectPath) dbus.ObjectPath {
	s.next++
	path := Path + dbus.ObjectPath(fmt.Sprintf("/prompt/%d", s.next))
	_ = s.conn.ExportMethodTable(map[string]any{"Prompt": func(string) *dbus.Error {
		defer s.enter()()
		s.shown++
		result := objects
		switch s.Prompts {
		case "hang":
			return nil
		case "dismiss":
			result = []dbus.ObjectPath{}
		default:
			s.Locked = false
		}
		_ = s.conn.Emit(path, "org.freedesktop.Secret.Prompt.Completed", len(result) == 0, dbus.MakeVariant(result))
		return nil
	}}, path, "org.freedesktop.Secret.Prompt")
	return path
}

func (s *Service) search(attributes map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	found := []dbus.ObjectPath{}
	for path, item := range s.items {
		if maps.Equal(item.attributes, attributes) {
			found = append(found, path)
		}
	}
	return found, nil
}

func (s *Service) create(properties map[string]dbus.Variant, secret dbusSecret, _ bool) (dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	defer s.enter()()
	if s.ReadOnly {
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
	path := LoginPath + dbus.ObjectPath(fmt.Sprintf("/%d", s.next))
	s.items[path] = &secretItem{attributes, secret}
	_ = s.conn.ExportMethodTable(map[string]any{
		"GetSecret": func(dbus.ObjectPath) (dbusSecret, *dbus.Error) {
			defer s.enter()()
			item, found := s.items[path]
			if !found {
				return dbusSecret{Session: Path}, dbus.MakeFailedError(fmt.Errorf("no such object"))
			}
			return item.secret, nil
		},
		"Delete": func() (dbus.ObjectPath, *dbus.Error) {
			defer s.enter()()
			if s.Undeletable {
				return noPrompt, dbus.MakeFailedError(fmt.Errorf("the keyring's file cannot be written"))
			}
			delete(s.items, path)
			return noPrompt, nil
		},
	}, path, "org.freedesktop.Secret.Item")
	return path, noPrompt, nil
}

// Prompted returns how often a prompt was shown.
func (s *Service) Prompted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown
}

// Kept returns all secrets that the service holds.
func (s *Service) Kept() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all strings.Builder
	for _, item := range s.items {
		all.Write(item.secret.Value)
	}
	return all.String()
}

// Tamper replaces the value of every secret.
func (s *Service) Tamper(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range s.items {
		item.secret.Value = []byte(value)
	}
}
