package desktop

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
)

// childVariable makes the test binary an app of its own, with no window: a second process of the same user.
const childVariable = "FSPORTAL_TEST_CHILD"

func TestMain(m *testing.M) {
	if setup := os.Getenv(childVariable); setup != "" {
		serveChild(setup)
		return
	}
	os.Exit(testkit.Main(m))
}

// childSetup is what a child starts with.
type childSetup struct {
	Name, API, State string
	Wait             time.Duration
	MustKeep         bool
}

// childCall is a request to a child process, childReply its response.
type childCall struct {
	Do     string
	Tokens portal.Tokens
	Times  int
	Wait   time.Duration
}

type childReply struct {
	Code        portal.Code
	Message     string
	Found       bool
	SessionOnly []SessionOnly
	Ended       []SessionEnded
	User        string
	Goroutines  int
}

// childApp is the session of one API in a process of its own.
type childApp struct {
	*session
	mu    sync.Mutex
	reply childReply
}

func serveChild(setup string) {
	var s childSetup
	if err := json.Unmarshal([]byte(setup), &s); err != nil {
		panic(err)
	}
	log, _ := OpenLog(s.State, slog.LevelDebug)
	app := &childApp{}
	o := Options{StateDir: s.State, Log: log, Keyring: keyring.System{}, Emit: app.emitted,
		Settings: Settings{AllowSessionOnly: !s.MustKeep}}
	address, err := url.Parse(s.API)
	if err != nil {
		panic(err)
	}
	app.session = newSession(newAPIClient(s.API, s.Name, nil, log), o, s.API, address.Host, s.Wait)
	app.pause = func(context.Context, time.Duration) error { return nil }
	app.screenWait = time.Minute
	lines, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var call childCall
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			panic(err)
		}
		_ = out.Encode(app.run(call))
	}
}

func (a *childApp) emitted(_ string, payload any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch event := payload.(type) {
	case SessionOnly:
		a.reply.SessionOnly = append(a.reply.SessionOnly, event)
	case SessionEnded:
		a.reply.Ended = append(a.reply.Ended, event)
	}
}

func (a *childApp) run(call childCall) childReply {
	err := a.do(call)
	a.mu.Lock()
	defer a.mu.Unlock()
	reply := a.reply
	a.reply.SessionOnly, a.reply.Ended, a.reply.Message, a.reply.Found = nil, nil, "", false
	if err != nil {
		reply.Code, reply.Message = ProblemOf(err).Code, ProblemOf(err).Message
	}
	reply.User, reply.Goroutines = a.kept.UserID, runtime.NumGoroutine()
	return reply
}

func (a *childApp) do(call childCall) error {
	ctx := context.Background()
	switch call.Do {
	case "look":
		found, why := a.look(ctx)
		a.mu.Lock()
		a.reply.Found, a.reply.Message = found, why
		a.mu.Unlock()
		return nil
	case "adopt":
		return a.adopt(ctx, call.Tokens, "", a.endCount())
	case "usable":
		return a.usable(ctx)
	case "resume":
		return a.resume(ctx)
	case "renew":
		for range call.Times {
			if _, err := a.renew(ctx, a.currentAccess()); err != nil {
				return err
			}
		}
		return nil
	case "wait":
		a.vault.Wait = call.Wait
		return nil
	case "sign out":
		return a.signOut(ctx)
	}
	panic("no such call: " + call.Do)
}

// otherProcess is a running child.
type otherProcess struct {
	testing.TB
	command *exec.Cmd
	in      io.WriteCloser
	lines   *bufio.Scanner
}

// startChild starts a child with an environment of its own.
func startChild(t testing.TB, setup childSetup, environment ...string) *otherProcess {
	t.Helper()
	if setup.Wait == 0 {
		setup.Wait = time.Minute
	}
	content, err := json.Marshal(setup)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0])
	command.Env = append(append(os.Environ(), environment...), childVariable+"="+string(content))
	command.Stderr = os.Stderr
	in, inErr := command.StdinPipe()
	out, outErr := command.StdoutPipe()
	if inErr != nil || outErr != nil {
		t.Fatal(inErr, outErr)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &otherProcess{t, command, in, bufio.NewScanner(out)}
	t.Cleanup(p.kill)
	return p
}

func (p *otherProcess) send(call childCall) {
	p.Helper()
	line, err := json.Marshal(call)
	if err == nil {
		_, err = p.in.Write(append(line, '\n'))
	}
	if err != nil {
		p.Fatal(err)
	}
}

// response waits for the child's reply and returns false if the child was killed.
func (p *otherProcess) response() (reply childReply, alive bool) {
	if !wait.Do(p, 2*time.Minute, "a reply of the child", p.lines.Scan) {
		return reply, false
	}
	if err := json.Unmarshal(p.lines.Bytes(), &reply); err != nil {
		p.Fatal(err)
	}
	return reply, true
}

func (p *otherProcess) call(call childCall) childReply {
	p.Helper()
	p.send(call)
	reply, alive := p.response()
	if !alive {
		p.Fatalf("the child ended at %q", call.Do)
	}
	return reply
}

// kill ends the child as a crash or a power cut would.
func (p *otherProcess) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}
