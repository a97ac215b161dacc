package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/wait"
)

// The size of the test: in each round, every MSSP has one run.
const (
	killMSSPs  = 20
	killRounds = 10
	// killedTakeover is long enough for a busy machine to send its heartbeats in time: a run fails after three deaths.
	killTakeover = 4 * time.Second
)

// killTest is two replicas of portal-api, which are killed again and again, and the MSSPs that they sync.
type killTest struct {
	*testkit.MSSP // not one of the synced MSSPs
	program       string
	env           []string
	random        *rand.Rand
	service       *customersync.Service // only queues runs
	mssps         []*syncedMSSP

	replicas []*child.Process
	kills    int

	mu       sync.Mutex
	failures []string // log lines of runs that failed unexpectedly
}

func TestKilledProcess(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	f := newKillTest(t, rand.New(rand.NewPCG(seed, 1)))
	var ended map[portal.RunStatus]int
	total := map[portal.RunStatus]int{}
	for range killRounds {
		f.round()
		ended = f.check()
		for status, n := range ended {
			total[status] += n
		}
	}
	hit := testkit.Value[int64](f.MSSP, "select count(*) from sync_run where attempt > 1 or error_code = 'interrupted'")
	t.Logf("%d kills; runs: %v; %d of them lost their process at least once", f.kills, total, hit)
	if hit < killMSSPs*killRounds/4 {
		t.Errorf("got %d runs that lost their process, want at least a quarter", hit)
	}
	if total[portal.RunComplete] < killMSSPs*killRounds/2 {
		t.Errorf("got %d complete runs, want at least half", total[portal.RunComplete])
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, line := range f.failures {
		t.Error(line)
	}
	if left := testkit.Value[int64](f.MSSP, "select count(*) from sync_customer"); left != 0 {
		t.Errorf("got %d staged rows of ended runs, want 0", left)
	}
}

func newKillTest(t *testing.T, random *rand.Rand) *killTest {
	t.Helper()
	f := &killTest{MSSP: testkit.NewMSSP(t), program: buildProgram(t), random: random}
	keyFile := secretKeyFile(t)
	sealer, err := session.LoadSealer(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if f.service, err = customersync.New(f.DB, sealer, customersync.Config{}); err != nil {
		t.Fatal(err)
	}
	f.env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PORTAL_") }),
		"PORTAL_DATABASE_URL="+f.URLs.Server, "PORTAL_SECRET_KEY_FILE="+keyFile, "PORTAL_HEIMDAL_RATE=0",
		"PORTAL_SYNC_TAKEOVER="+killTakeover.String())
	for range killMSSPs {
		f.mssps = append(f.mssps, f.newMSSP(sealer))
	}
	f.replicas = []*child.Process{f.serve(), f.serve()}
	t.Cleanup(func() {
		for _, replica := range f.replicas {
			replica.Stop(wait.Timeout(20*time.Second), syscall.SIGTERM)
		}
	})
	return f
}

// round syncs every MSSP once while replicas are killed.
func (f *killTest) round() {
	f.Helper()
	before := f.calls()
	for _, m := range f.mssps {
		m.change()
		if _, err := f.service.Request(f.Context(), m.admin); err != nil {
			f.Fatal(err)
		}
	}
	for i := range 1 + f.random.IntN(2) {
		// At a random call of the round, or a moment after it, while the read customers are being merged.
		call := f.random.IntN(killMSSPs * 5)
		f.waitFor(fmt.Sprintf("call %d of the round", call), func() bool { return f.calls()-before >= call || f.idle() })
		time.Sleep(time.Duration(f.random.IntN(30)) * time.Millisecond)
		f.kill(i == 0)
	}
	f.waitFor("the end of all runs", f.idle)
}

// calls returns how many calls the fakes have received.
func (f *killTest) calls() int {
	n := 0
	for _, m := range f.mssps {
		n += m.fake.Calls()
	}
	return n
}

func (f *killTest) idle() bool {
	return testkit.Value[int64](f.MSSP, "select count(*) from sync_run where status in ('queued', 'running')") == 0
}

// waitFor waits until the condition holds. If it does not, the log has the runs that have not ended.
func (f *killTest) waitFor(what string, condition func() bool) {
	f.Helper()
	held := false
	defer func() {
		if !held {
			f.logUnfinished()
		}
	}()
	wait.Until(f, time.Minute, what, condition)
	held = true
}

func (f *killTest) logUnfinished() {
	f.Helper()
	rows, _ := f.Owner.Query(context.Background(),
		"select status, attempt, heartbeat_at, calls, deaths from sync_run where status in ('queued', 'running')")
	left, _ := pgx.CollectRows(rows, pgx.RowToMap)
	f.Logf("unfinished runs: %v", left)
}

// kill kills one replica or both, and restarts them.
func (f *killTest) kill(both bool) {
	f.Helper()
	victims := []int{f.random.IntN(2)}
	if both {
		victims = []int{0, 1}
	}
	for _, i := range victims {
		f.replicas[i].Stop(10*time.Second, syscall.SIGKILL)
		f.kills++
	}
	for _, i := range victims {
		f.replicas[i] = f.serve()
	}
}

// serve starts a replica.
func (f *killTest) serve() *child.Process {
	f.Helper()
	command := exec.Command(f.program, "serve", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0",
		"--public-url=https://portal.example.com")
	command.Env = f.env
	log, err := command.StderrPipe()
	if err != nil {
		f.Fatal(err)
	}
	process, err := child.Start(command, syscall.SIGTERM)
	if err != nil {
		f.Fatal(err)
	}
	lines := bufio.NewScanner(log)
	for wait.Do(f, time.Minute, "portal-api to serve", lines.Scan) {
		var line struct{ Msg string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			go f.watchLog(lines)
			return process
		}
		f.Log(lines.Text())
	}
	f.Fatal("portal-api did not start serving")
	return nil
}

// watchLog keeps the errors that a replica logs.
func (f *killTest) watchLog(lines *bufio.Scanner) {
	for lines.Scan() {
		if strings.Contains(lines.Text(), "sync broke") {
			f.mu.Lock()
			f.failures = append(f.failures, lines.Text())
			f.mu.Unlock()
		}
	}
}

// check compares each MSSP's tables and history with the expected effect of its run.
func (f *killTest) check() map[portal.RunStatus]int {
	f.Helper()
	ended := map[portal.RunStatus]int{}
	for _, m := range f.mssps {
		var run, reason string
		var status portal.RunStatus
		err := m.Owner.QueryRow(context.Background(), `
			select id::text, status, coalesce(error_code || ': ' || error, '')
			from sync_run
			where mssp_id = $1
			order by created_at desc
			limit 1`, m.ID).Scan(&run, &status, &reason)
		if err != nil {
			f.Fatal(err)
		}
		ended[status]++
		// A run may only fail because its processes died too often.
		if status != portal.RunComplete && !strings.HasPrefix(reason, "interrupted") {
			f.Errorf("a run is %s: %s", status, reason)
		}
		want := []string{}
		if status == portal.RunComplete {
			want = m.completed()
		}
		if diff := cmp.Diff(want, m.history(run)); diff != "" {
			f.Errorf("the history of a run that is %s (-want +got):\n%s", status, diff)
		}
		if diff := cmp.Diff(m.last.lines(), m.table()); diff != "" {
			f.Errorf("the tables after a run that is %s (-last complete world +got):\n%s", status, diff)
		}
	}
	return ended
}
