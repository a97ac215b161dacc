package desktop

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"fs-client-portal/backend/portal"
)

const (
	// raiseRequest is the request to show the window, openRequest, with a link behind it, also to open the link.
	// raiseConfirmed is the confirmation of both.
	raiseRequest   = "raise\n"
	openRequest    = "open "
	raiseConfirmed = "raised\n"
	// maxRequest is longer than the request for any link of the portal.
	maxRequest = 256
	// startingFor is how long an app whose page is not drawn yet counts as starting and not as hung.
	startingFor = 30 * time.Second
	// endGently is how long an app that is being restarted may take to end by itself, endWithin the limit in total.
	endGently = 2 * time.Second
	endWithin = 10 * time.Second
)

// Instance is the user's single running app. It holds a lock, which the system releases when the process ends, and
// listens for later starts.
type Instance struct {
	lock     *flock.Flock
	listener net.Listener
	began    time.Time
	log      *slog.Logger
}

// errRunning means that another process is this user's instance.
var errRunning = errors.New("the app is open already")

func instanceSocket(stateDir string) string { return filepath.Join(stateDir, "window.sock") }

// takeInstance makes this process the instance; errRunning where another is.
func takeInstance(stateDir string, log *slog.Logger) (*Instance, error) {
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(stateDir, "window.lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !locked {
		return nil, errRunning
	}
	// Remove the socket of a crashed instance: the lock shows that it has no owner.
	if err := os.Remove(instanceSocket(stateDir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, errors.Join(err, lock.Unlock())
	}
	listener, err := net.Listen("unix", instanceSocket(stateDir))
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return &Instance{lock: lock, listener: listener, began: time.Now(), log: log}, nil
}

// InstanceWindow is the window of the instance.
type InstanceWindow struct {
	// Raise shows the window and returns once it has proved that it works.
	Raise func(context.Context) error
	// Drawn reports whether its page has loaded.
	Drawn func() bool
	// Open opens a link, which any program may have sent.
	Open func(link string)
}

// Serve shows the window and opens links for later starts until Close.
func (i *Instance) Serve(window InstanceWindow) {
	for {
		conn, err := i.listener.Accept()
		if err != nil {
			return
		}
		go i.handleStart(conn, window)
	}
}

func (i *Instance) handleStart(conn net.Conn, window InstanceWindow) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(2 * hungAfter))
	link, err := readRequest(conn)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*hungAfter)
	defer cancel()
	if !window.Drawn() && time.Since(i.began) < startingFor {
		i.log.Info("second start", "window", "starting")
	} else if err := window.Raise(ctx); err != nil {
		i.log.Error("second start", "window", "does not respond")
		return
	}
	if link != "" {
		window.Open(link)
	}
	_, _ = conn.Write([]byte(raiseConfirmed)) // a start that did not wait needs no reply
}

// readRequest returns the link that a later start asks to open, "" if it only asks for the window.
func readRequest(conn net.Conn) (link string, err error) {
	line, err := bufio.NewReaderSize(conn, maxRequest).ReadSlice('\n')
	if err != nil {
		return "", err
	}
	if string(line) == raiseRequest {
		return "", nil
	}
	link, ok := strings.CutPrefix(strings.TrimSuffix(string(line), "\n"), openRequest)
	if !ok {
		return "", errors.New("unknown request")
	}
	return link, nil
}

// Close lets the next start be the instance.
func (i *Instance) Close() {
	_ = i.listener.Close()
	_ = i.lock.Unlock()
}

// StartInstance makes this process the user's instance. If another process is, it asks that one to show its window and
// to open the link, "" for none. If the window does not appear within five seconds, ask decides whether that process is
// ended; then the error is ErrEnded and the app must be started again. A nil Instance without an error means that this
// process must end. Any other error means that there can be no instance: then several processes may run side by side.
func StartInstance(stateDir, link string, log *slog.Logger, ask func() bool) (*Instance, error) {
	return startInstance(stateDir, link, log, ask, hungAfter)
}

func startInstance(stateDir, link string, log *slog.Logger, ask func() bool, patience time.Duration) (*Instance, error) {
	instance, err := takeInstance(stateDir, log)
	if !errors.Is(err, errRunning) {
		return instance, err
	}
	if openInOther(stateDir, link, patience) == nil {
		return nil, nil
	}
	log.Error("start", "window", "the app that is open does not respond")
	if !ask() {
		return nil, nil
	}
	if err := endOther(stateDir, log); err != nil {
		return nil, &NotEnded{err}
	}
	return nil, ErrEnded
}

// ErrEnded means that an app that did not respond has been ended.
var ErrEnded = errors.New("the app that did not respond has been ended")

// NotEnded is the reason why an app that does not respond could not be ended.
type NotEnded struct{ cause error }

func (e *NotEnded) Error() string { return e.cause.Error() }

func (e *NotEnded) Unwrap() error { return e.cause }

// openInOther asks the instance to show its window and to open a link, "" for none. The error means that it did not
// confirm that in time. An instance of an older version knows no links and ends the connection: it shows its window.
func openInOther(stateDir, link string, patience time.Duration) error {
	if link == "" {
		return raiseOther(stateDir, raiseRequest, patience)
	}
	err := raiseOther(stateDir, requestFor(link), patience)
	if errors.Is(err, io.EOF) {
		return raiseOther(stateDir, raiseRequest, patience)
	}
	return err
}

// requestFor returns the request to open a link. The instance refuses any other text, so its content is left out.
func requestFor(link string) string {
	if _, ok := portal.ParseLink(link); !ok {
		link = "other"
	}
	return openRequest + link + "\n"
}

// raiseOther sends a request to the instance and waits for its confirmation.
func raiseOther(stateDir, request string, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	conn, err := net.DialTimeout("unix", instanceSocket(stateDir), patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := conn.Write([]byte(request)); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && line != raiseConfirmed {
		err = fmt.Errorf("unknown reply %q", line)
	}
	return err
}

// endOther ends the process that listens at the instance's socket, if it is this user's and runs this program.
func endOther(stateDir string, log *slog.Logger) error {
	conn, err := net.DialTimeout("unix", instanceSocket(stateDir), hungAfter)
	if err != nil {
		return fmt.Errorf("it does not listen: %w", err)
	}
	defer conn.Close()
	pid, err := peerProcess(conn.(*net.UnixConn))
	if err != nil {
		return fmt.Errorf("its process is not known: %w", err)
	}
	if pid <= 1 || pid == os.Getpid() {
		return fmt.Errorf("process %d is not another app", pid)
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer func() { _ = process.Release() }()
	// After FindProcess, which holds on to the process: a number alone may be another's by now.
	if err := checkOurs(pid); err != nil {
		return err
	}
	log.Warn("restart", "process", pid)
	return endProcess(process, endGently, endWithin, func() bool { return lockFree(stateDir) })
}

// endProcess asks the process to end, makes it after gently, and waits at most until atMost after that.
func endProcess(process *os.Process, gently, atMost time.Duration, ended func() bool) error {
	err := askToEnd(process)
	if err == nil && within(gently, ended) {
		return nil
	}
	if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if !within(atMost, ended) {
		return errors.New("it did not end")
	}
	return nil
}

func within(limit time.Duration, condition func() bool) bool {
	for until := time.Now().Add(limit); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

func lockFree(stateDir string) bool {
	lock := flock.New(filepath.Join(stateDir, "window.lock"))
	locked, err := lock.TryLock()
	if !locked || err != nil {
		return false
	}
	return lock.Unlock() == nil
}
