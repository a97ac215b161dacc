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
	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	syncs "fs-client-portal/backend/sync"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/heimdalstand"
)

// The size of the test: rounds of one run each, of all MSSPs at once.
const (
	killedMSSPs  = 20
	killedRounds = 10
)

// battlefield is two replicas of portal-api that die all the time, and the MSSPs they sync.
type battlefield struct {
	*testing.T
	owner   *pgxpool.Pool
	program string
	env     []string
	random  *rand.Rand
	service *syncs.Service // of a process that lives: it only queues
	mssps   []*besieged

	replicas []*child.Process
	kills    int

	mu     sync.Mutex
	broken []string // what the replicas' logs say of runs that broke
}

// besieged is an MSSP with a Heimdal stand-in of its own.
type besieged struct {
	field *battlefield
	admin portal.Viewer
	stand *heimdalstand.Server
	ids   int // the last id given to a customer
	// now is what Heimdal has, last what the portal was last told completely, known what it was ever told of each.
	now, last, known world
}

// world is Heimdal's customers by id.
type world map[int]someone

type someone struct {
	msp    bool
	name   string
	parent int // 0: none
}

func TestRunsSurviveTheDeathOfPortalAPIAtAnyPoint(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	f := newBattlefield(t, rand.New(rand.NewPCG(seed, 1)))
	var ended map[portal.RunStatus]int
	total := map[portal.RunStatus]int{}
	for range killedRounds {
		f.round()
		ended = f.judge()
		for status, n := range ended {
			total[status] += n
		}
	}
	var hit int64
	f.scan("select count(*) from sync_run where attempt > 1 or error_code = 'interrupted'", &hit)
	t.Logf("%d kills; runs: %v; %d of them lost their process at least once", f.kills, total, hit)
	if hit < killedMSSPs*killedRounds/4 {
		t.Errorf("only %d runs lost their process: the test shows little", hit)
	}
	if total[portal.RunComplete] < killedMSSPs*killedRounds/2 {
		t.Errorf("only %d runs were complete", total[portal.RunComplete])
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, line := range f.broken {
		t.Error(line)
	}
	var left int64
	if f.scan("select count(*) from sync_customer", &left); left != 0 {
		t.Errorf("%d rows of ended runs are left over", left)
	}
}

func newBattlefield(t *testing.T, random *rand.Rand) *battlefield {
	t.Helper()
	urls := testkit.Database(t)
	owner, err := pgxpool.New(t.Context(), urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	db, err := postgres.Open(t.Context(), urls.Server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	f := &battlefield{T: t, owner: owner, program: buildProgram(t), random: random}
	keyFile := secretKeyFile(t)
	sealer, err := session.LoadSealer(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if f.service, err = syncs.New(db, sealer, syncs.Config{}); err != nil {
		t.Fatal(err)
	}
	f.env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PORTAL_") }),
		"PORTAL_DATABASE_URL="+urls.Server, "PORTAL_SECRET_KEY_FILE="+keyFile, "PORTAL_HEIMDAL_RATE=0", "PORTAL_SYNC_TAKEOVER=1s")
	for range killedMSSPs {
		f.mssps = append(f.mssps, f.newMSSP(db, sealer))
	}
	f.replicas = []*child.Process{f.serve(), f.serve()}
	t.Cleanup(func() {
		for _, replica := range f.replicas {
			replica.Stop(20*time.Second, syscall.SIGTERM)
		}
	})
	return f
}

func (f *battlefield) newMSSP(db *postgres.DB, sealer *session.Sealer) *besieged {
	f.Helper()
	const key, customer = "KEY0123456789", "17"
	stand, err := heimdalstand.Start(f.Context(), heimdalstand.Config{
		APIKey: key, CustomerID: customer, Shape: heimdalstand.Shape{Form: heimdalstand.Pages, PageSize: 10},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { stand.Close() })
	// Every answer takes a while, so that there are many points at which to die.
	stand.Follow(heimdalstand.Rule{Fault: heimdalstand.Drip, Wait: 2 * time.Millisecond})
	m := &besieged{field: f, stand: stand, now: world{}, last: world{}, known: world{}}
	m.admin = portal.Viewer{UserID: postgres.NewID(), SessionID: postgres.NewID(), GrantID: postgres.NewID(), Role: portal.MSSPAdmin,
		Scope: portal.Scope{Level: portal.LevelMSSP, MSSPID: postgres.NewID()}}
	mssp := m.admin.Scope.MSSPID
	f.exec("insert into mssp (id, name) values ($1, 'Fjord Security')", mssp)
	f.exec("insert into app_user (id, email) values ($1, 'ada@example.com')", m.admin.UserID)
	f.exec("insert into user_role (mssp_id, id, user_id, role) values ($1, $2, $3, 'mssp_admin')", mssp, m.admin.GrantID, m.admin.UserID)
	f.exec(`
		insert into session (id, user_id, idle_expires_at, expires_at)
		values ($1, $2, now() + interval '1 day', now() + interval '30 days')`, m.admin.SessionID, m.admin.UserID)
	c := portal.Connection{ID: postgres.NewID(), MSSPID: mssp, ProductID: portal.ProductHeimdal, CustomerID: customer, BaseURL: stand.URL()}
	c.APIKeySealed = sealer.Seal([]byte(key), syncs.APIKeyContext(c))
	if err := db.AddConnection(f.Context(), c); err != nil {
		f.Fatal(err)
	}
	for range 4 {
		m.arrive(true)
	}
	for range 36 {
		m.arrive(false)
	}
	return m
}

// arrive adds a customer to Heimdal.
func (m *besieged) arrive(msp bool) {
	m.ids++
	who := someone{msp: msp, name: fmt.Sprint("Customer ", m.ids)}
	if !msp {
		who.parent = m.anyMSP()
	}
	m.now[m.ids] = who
}

func (m *besieged) anyMSP() int {
	var msps []int
	for id, who := range m.now {
		if who.msp {
			msps = append(msps, id)
		}
	}
	slices.Sort(msps)
	return append(msps, 0)[m.field.random.IntN(len(msps)+1)]
}

// live lets some time pass in Heimdal.
func (m *besieged) live() {
	random := m.field.random
	for _, id := range sorted(m.now) {
		who := m.now[id]
		switch chance := random.IntN(100); {
		case chance < 8:
			who.name = fmt.Sprint("Customer ", id, " since ", random.IntN(1_000_000))
		case chance < 14 && !who.msp:
			who.parent = m.anyMSP()
		case chance < 17 && !who.msp:
			delete(m.now, id)
			continue
		}
		m.now[id] = who
	}
	for _, id := range sorted(m.known) {
		if _, here := m.now[id]; !here && random.IntN(3) == 0 {
			m.now[id] = m.known[id]
		}
	}
	for range random.IntN(3) {
		m.arrive(false)
	}
	m.stand.SetCustomers(m.now.customers())
}

func sorted(w world) []int {
	var ids []int
	for id := range w {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (w world) customers() (all []heimdalstand.Customer) {
	for _, id := range sorted(w) {
		c := heimdalstand.Customer{"id": id, "name": w[id].name, "type": "CORP", "resellerId": nil}
		if w[id].msp {
			c["type"] = "RESELLER"
		}
		if w[id].parent != 0 {
			c["resellerId"] = w[id].parent
		}
		all = append(all, c)
	}
	return all
}

// round has every MSSP synced once while replicas die.
func (f *battlefield) round() {
	f.Helper()
	before := f.answered()
	for _, m := range f.mssps {
		m.live()
		if _, err := f.service.Request(f.Context(), m.admin); err != nil {
			f.Fatal(err)
		}
	}
	for i := range 1 + f.random.IntN(2) {
		// Somewhere among all calls of the round, or a moment after it: while the answers are merged.
		call := f.random.IntN(killedMSSPs * 5)
		f.until(func() bool { return f.answered()-before >= call || f.idle() })
		time.Sleep(time.Duration(f.random.IntN(30)) * time.Millisecond)
		f.kill(i == 0)
	}
	f.until(f.idle)
}

// answered counts the calls the stand-ins have had.
func (f *battlefield) answered() int {
	n := 0
	for _, m := range f.mssps {
		n += m.stand.Calls()
	}
	return n
}

func (f *battlefield) idle() bool {
	var busy int64
	f.scan("select count(*) from sync_run where status in ('queued', 'running')", &busy)
	return busy == 0
}

// until waits for something to become so.
func (f *battlefield) until(so func() bool) {
	f.Helper()
	for range 6000 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	rows, _ := f.owner.Query(context.Background(), "select status, attempt, heartbeat_at, calls, deaths from sync_run where status in ('queued', 'running')")
	left, _ := pgx.CollectRows(rows, pgx.RowToMap)
	f.Fatalf("it does not come to pass; runs left: %v", left)
}

// kill kills one replica or both, and starts them again.
func (f *battlefield) kill(both bool) {
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
func (f *battlefield) serve() *child.Process {
	f.Helper()
	command := exec.Command(f.program, "serve", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--public-url=https://portal.example.com")
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
	for lines.Scan() {
		var line struct{ Msg string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			go f.listen(lines)
			return process
		}
		f.Log(lines.Text())
	}
	f.Fatal("portal-api did not begin to serve")
	return nil
}

// listen keeps what a replica says of its own faults.
func (f *battlefield) listen(lines *bufio.Scanner) {
	for lines.Scan() {
		if strings.Contains(lines.Text(), "sync broke") {
			f.mu.Lock()
			f.broken = append(f.broken, lines.Text())
			f.mu.Unlock()
		}
	}
}

// judge compares each MSSP's tables and history with what its run must have made of them.
func (f *battlefield) judge() map[portal.RunStatus]int {
	f.Helper()
	ended := map[portal.RunStatus]int{}
	for _, m := range f.mssps {
		var run, reason string
		var status portal.RunStatus
		f.scan(`
			select id::text, status, coalesce(error_code || ': ' || error, '')
			from sync_run
			where mssp_id = $1
			order by created_at desc
			limit 1`, &run, &status, &reason, m.admin.Scope.MSSPID)
		ended[status]++
		// Nothing but a death too many keeps a run from being complete.
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

// completed takes the present world as the last complete one and answers the history this must have made.
func (m *besieged) completed() []string {
	lines := []string{}
	for id, who := range m.now {
		was, known := m.known[id]
		_, there := m.last[id]
		line := func(what string) { lines = append(lines, fmt.Sprint(id, " ", what)) }
		if !known {
			line("added")
			continue
		}
		if !there {
			line("returned")
		}
		if was.name != who.name {
			line("changed name " + was.name + "→" + who.name)
		}
		if was.parent != who.parent {
			line("moved")
		}
	}
	for id := range m.last {
		if _, here := m.now[id]; !here {
			lines = append(lines, fmt.Sprint(id, " missing"))
		}
	}
	m.last = world{}
	for id, who := range m.now {
		m.last[id], m.known[id] = who, who
	}
	slices.Sort(lines)
	return lines
}

// history is what a run wrote, but for when a missing customer counts as removed.
func (m *besieged) history(run string) []string {
	return m.field.column(`
		select concat_ws(' ', coalesce(c.external_id, m.external_id), h.kind,
		                 case when h.kind = 'changed' then h.field || ' ' || h.before || '→' || h.after end)
		from change h
		left join client c on c.mssp_id = h.mssp_id and c.id = h.entity_id
		left join msp m on m.mssp_id = h.mssp_id and m.id = h.entity_id
		where h.run_id = $1
		and h.kind <> 'removed'`, run)
}

// table is who is active, as lines.
func (m *besieged) table() []string {
	return m.field.column(`
		select concat_ws('|', c.external_id, c.name, 'client', p.external_id)
		from client c
		left join msp p on p.mssp_id = c.mssp_id and p.id = c.msp_id
		where c.mssp_id = $1
		and c.status = 'active'
		union all
		select concat_ws('|', external_id, name, 'msp')
		from msp
		where mssp_id = $1
		and status = 'active'`, m.admin.Scope.MSSPID)
}

func (w world) lines() []string {
	lines := []string{}
	for id, who := range w {
		parts := []string{fmt.Sprint(id), who.name, "client"}
		if who.msp {
			parts[2] = "msp"
		}
		if who.parent != 0 {
			parts = append(parts, fmt.Sprint(who.parent))
		}
		lines = append(lines, strings.Join(parts, "|"))
	}
	slices.Sort(lines)
	return lines
}

func (f *battlefield) exec(sql string, args ...any) {
	f.Helper()
	if _, err := f.owner.Exec(context.Background(), sql, args...); err != nil {
		f.Fatalf("%v\n%s", err, sql)
	}
}

// scan reads one row into what comes first among args; the rest are the statement's.
func (f *battlefield) scan(sql string, args ...any) {
	f.Helper()
	given := strings.Count(sql, "$")
	into := args[:len(args)-given]
	if err := f.owner.QueryRow(context.Background(), sql, args[len(into):]...).Scan(into...); err != nil {
		f.Fatalf("%v\n%s", err, sql)
	}
}

// column reads one column, sorted.
func (f *battlefield) column(sql string, args ...any) []string {
	f.Helper()
	rows, err := f.owner.Query(context.Background(), sql, args...)
	if err != nil {
		f.Fatalf("%v\n%s", err, sql)
	}
	lines, err := pgx.AppendRows([]string{}, rows, pgx.RowTo[string])
	if err != nil {
		f.Fatalf("%v\n%s", err, sql)
	}
	slices.Sort(lines)
	return lines
}
