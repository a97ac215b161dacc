// Package embedded starts a real PostgreSQL for development and tests: the npm package's, or the system's own. It
// works for an ordinary user and for root, whom PostgreSQL refuses: then the server runs as an unprivileged user.
package embedded

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/wait"
)

// Superuser is the name of the superuser; its password is random and kept beside the data.
const Superuser = "postgres"

// lockWait is how long a query of a test waits for a lock before it fails; a busy machine gets longer.
const lockWait = 5 * time.Minute

// Config says where a server keeps its data and how careful it is with it.
type Config struct {
	// Dir keeps data, log and password from one start to the next; "" is a temporary folder that Close removes. When
	// root starts the server, its unprivileged user must be able to reach Dir: nothing below /root can be.
	Dir string
	// Port on 127.0.0.1; 0 takes a free one.
	Port int
	// MaxConnections is 200 where 0.
	MaxConnections int
	// Volatile gives up on surviving a crash of the machine, for speed, and bounds the wait for a lock. For tests.
	Volatile bool
	// Disposable makes Close remove Dir, as it does a temporary folder.
	Disposable bool
}

// Server is a running PostgreSQL. It ends with Close, and with the process that started it.
type Server struct {
	dir        string
	disposable bool
	port       int
	password   string
	process    *child.Process
	closing    sync.Once
	closed     error
}

// Start initializes the data if there is none yet, starts the server and returns when it accepts connections.
// ErrNoBinaries says that there is no PostgreSQL to start.
func Start(ctx context.Context, c Config) (_ *Server, err error) {
	who, err := runner()
	if err != nil {
		return nil, err
	}
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	if bin, err = who.reachableCopy(bin); err != nil {
		return nil, err
	}
	s := &Server{dir: c.Dir, port: c.Port, disposable: c.Disposable}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if err := s.prepare(ctx, bin, who); err != nil {
		return nil, err
	}
	return s, s.run(ctx, bin, who, c)
}

// URL returns the URL of a database for a user; the superuser's holds the password.
func (s *Server) URL(user, database string) string {
	if user == Superuser {
		return s.URLWithPassword(user, s.password, database)
	}
	return s.url(url.User(user), database)
}

// URLWithPassword returns the URL of a database for a user who has been given that password.
func (s *Server) URLWithPassword(user, password, database string) string {
	return s.url(url.UserPassword(user, password), database)
}

func (s *Server) url(user *url.Userinfo, database string) string {
	u := url.URL{Scheme: "postgres", User: user, Host: s.address(), Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

func (s *Server) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Port returns the port the server listens on.
func (s *Server) Port() int { return s.port }

// Done is closed when the server has ended, by Close or by itself.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Close ends the server, breaking off what is under way, and removes a disposable folder.
func (s *Server) Close() error {
	s.closing.Do(func() {
		// PostgreSQL's fast shutdown, and the immediate one if that takes long or nothing has to be written.
		signals := []os.Signal{syscall.SIGINT, syscall.SIGQUIT}
		if s.disposable {
			signals = signals[1:]
		}
		if s.process != nil {
			s.process.Stop(10*time.Second, signals...)
		}
		if s.disposable {
			s.closed = os.RemoveAll(s.dir)
		}
	})
	return s.closed
}

// Log returns the end of the server's log, which has the reason why it ended.
func (s *Server) Log() string {
	content, err := os.ReadFile(s.logPath())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

func (s *Server) dataPath() string     { return filepath.Join(s.dir, "data") }
func (s *Server) logPath() string      { return filepath.Join(s.dir, "postgres.log") }
func (s *Server) passwordPath() string { return filepath.Join(s.dir, "superuser.password") }

// prepare makes the folder, the password and, where there is none, the data.
func (s *Server) prepare(ctx context.Context, bin string, who *user) error {
	if err := s.makeDir(); err != nil {
		return err
	}
	if err := who.reaches(s.dir); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.dataPath(), "PG_VERSION")); err == nil {
		password, err := os.ReadFile(s.passwordPath())
		s.password = string(password)
		return err
	}
	s.password = rand.Text()
	if err := os.WriteFile(s.passwordPath(), []byte(s.password), 0o600); err != nil {
		return err
	}
	return s.initialize(ctx, bin, who)
}

func (s *Server) makeDir() (err error) {
	if s.dir != "" {
		if s.dir, err = filepath.Abs(s.dir); err != nil {
			return err
		}
		return os.MkdirAll(s.dir, 0o755)
	}
	if s.dir, err = os.MkdirTemp("", "fs-client-portal-postgres-"); err != nil {
		return err
	}
	s.disposable = true
	return os.Chmod(s.dir, 0o755)
}

// initialize makes the data beside its final place first, so that an interrupted start leaves nothing half done.
func (s *Server) initialize(ctx context.Context, bin string, who *user) error {
	unfinished := filepath.Join(s.dir, "unfinished")
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return err
	}
	passwordFile := filepath.Join(unfinished, "password")
	if err := os.WriteFile(passwordFile, []byte(s.password), 0o600); err != nil {
		return err
	}
	if err := who.own(unfinished, passwordFile); err != nil {
		return err
	}
	data := filepath.Join(unfinished, "data")
	command := who.command(ctx, filepath.Join(bin, "initdb"), "-D", data, "--username", Superuser, "--pwfile", passwordFile,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("could not initialize PostgreSQL's data: %w: %s", err, output)
	}
	if err := os.Rename(data, s.dataPath()); err != nil {
		return err
	}
	return os.RemoveAll(unfinished)
}

func (s *Server) run(ctx context.Context, bin string, who *user, c Config) (err error) {
	if s.port == 0 {
		if s.port, err = freePort(ctx); err != nil {
			return err
		}
	}
	log, err := os.OpenFile(s.logPath(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	command := who.command(context.WithoutCancel(ctx), filepath.Join(bin, "postgres"), s.options(c)...)
	command.Stdout, command.Stderr = log, log
	if s.process, err = child.Start(command, syscall.SIGINT); err != nil {
		return fmt.Errorf("could not start PostgreSQL: %w", err)
	}
	return s.awaitReady(ctx)
}

func (s *Server) options(c Config) []string {
	options := []string{"-D", s.dataPath(), "-p", strconv.Itoa(s.port)}
	settings := []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "timezone=UTC", "log_timezone=UTC",
		"max_connections=" + strconv.Itoa(cmp.Or(c.MaxConnections, 200)),
	}
	if c.Volatile {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=2GB",
			fmt.Sprintf("lock_timeout=%d", wait.Timeout(lockWait).Milliseconds()))
	}
	for _, setting := range settings {
		options = append(options, "-c", setting)
	}
	return options
}

func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, wait.Timeout(time.Minute))
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL(Superuser, "postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.process.Done():
			return fmt.Errorf("PostgreSQL ended at once:\n%s", s.Log())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not accept connections: %w:\n%s", err, s.Log())
		case <-time.After(25 * time.Millisecond):
		}
	}
}

func freePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
