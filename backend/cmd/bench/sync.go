package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

const (
	manyCustomers = 1_000_000
	// oneMSPIn is the number of customers per MSP.
	oneMSPIn = 500
	// memoryLimit is how much more memory portal-api may use during a sync than while idle, in MiB.
	memoryLimit = 64
)

// customerCount returns the number of customers to sync. BENCH_CUSTOMERS can make it smaller for a quick test.
func customerCount() (int, error) {
	asked := os.Getenv("BENCH_CUSTOMERS")
	if asked == "" {
		return manyCustomers, nil
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < oneMSPIn {
		return 0, fmt.Errorf("BENCH_CUSTOMERS is %q; it should be a number from %d", asked, oneMSPIn)
	}
	return n, nil
}

// syncBench is one MSSP that is synced from its own fake Heimdal.
type syncBench struct {
	*world
	fake *fakeheimdal.Server
	code string // of the admin's invite
	size int
}

// measureSync prints the rows about the sync: the first load of a large MSSP, a run with one percent of changes, and a
// run without changes, next to a bare COPY of the same rows; then those about exports of them.
func measureSync(ctx context.Context, program string) error {
	size, err := customerCount()
	if err != nil {
		return err
	}
	w := &world{program: program}
	defer func() { w.close() }()
	if err := w.startSurroundings(ctx); err != nil {
		return err
	}
	if err := w.prepareDatabase(ctx); err != nil {
		return err
	}
	s := &syncBench{world: w, size: size}
	if err := s.connect(ctx); err != nil {
		return err
	}
	first, err := s.measure(ctx, 0)
	if err != nil {
		return fmt.Errorf("first load: %w", err)
	}
	bare, err := s.bareCopy(ctx)
	if err != nil {
		return fmt.Errorf("bare copy: %w", err)
	}
	row(s.name("first load"), first.perSecond, "rows/s", "bare COPY", bare)
	first.print(s.name("first load"))
	changed, err := s.measure(ctx, 1)
	if err != nil {
		return fmt.Errorf("1 %% changed: %w", err)
	}
	row(s.name("1 % changed"), changed.perSecond, "rows/s", "first load", first.perSecond)
	changed.print(s.name("1 % changed"))
	same, err := s.measure(ctx, 1)
	if err != nil {
		return fmt.Errorf("nothing changed: %w", err)
	}
	row(s.name("nothing changed"), same.perSecond, "rows/s", "first load", first.perSecond)
	same.print(s.name("nothing changed"))
	return s.measureExports(ctx)
}

func (s *syncBench) name(what string) string { return fmt.Sprintf("sync of %d, %s", s.size, what) }

// connect creates the MSSP and its connection.
func (s *syncBench) connect(ctx context.Context) (err error) {
	s.fake, err = fakeheimdal.Start(ctx, fakeheimdal.Config{APIKey: heimdalKey, CustomerID: "17"})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, func() { s.fake.Close() })
	var tenant struct {
		MSSP string `json:"mssp_id"`
		Code string `json:"code"`
	}
	output, err := s.portalAPI(ctx, "bootstrap", "--mssp", "Bench", "--admin", "admin@bench.example",
		"--provider", "google", "--domain", "bench.example")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(output, &tenant); err != nil {
		return err
	}
	s.code = tenant.Code
	_, err = s.portalAPI(ctx, "product", "add", "--mssp", tenant.MSSP, "--product", "heimdal", "--customer-id", "17",
		"--base-url", s.fake.URL(), "--api-key-file", s.heimdalKeyFile())
	return err
}

// run is the outcome of one sync.
type run struct {
	perSecond      float64
	reading, whole time.Duration
	memory         float64 // MiB above what portal-api used before
	written
}

// measure runs one sync in a new portal-api, so that the memory is that of this run only.
func (s *syncBench) measure(ctx context.Context, edition int) (r run, err error) {
	s.fake.SetWorld(large{size: s.size, edition: edition})
	if s.api, err = s.serve(ctx, s.serverURL(""), "serve"); err != nil {
		return r, err
	}
	defer func() { s.api.stop() }()
	if s.admin, err = s.session(ctx, "admin", s.code); err != nil {
		return r, err
	}
	s.code = ""
	if err := s.sql(ctx, "portal", "checkpoint"); err != nil {
		return r, err
	}
	before, err := s.writtenSoFar(ctx)
	if err != nil {
		return r, err
	}
	idle, err := s.idle(ctx)
	if err != nil {
		return r, err
	}
	if err := s.sync(ctx, &r); err != nil {
		return r, err
	}
	peak, err := memory(s.api.command.Process.Pid, "VmHWM")
	if err != nil {
		return r, err
	}
	r.memory = peak - idle
	// Connections report their statistics at the latest when they end.
	s.api.stop()
	after, err := s.writtenSoFar(ctx)
	r.written = after.since(before)
	return r, err
}

// idle returns how much memory portal-api uses while idle, and resets its peak.
func (s *syncBench) idle(ctx context.Context) (float64, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(2 * time.Second):
	}
	pid := s.api.command.Process.Pid
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		return 0, err
	}
	return memory(pid, "VmRSS")
}

// sync runs one sync.
func (s *syncBench) sync(ctx context.Context, r *run) error {
	var now portal.SyncRun
	if err := s.call(ctx, "POST", "/v1/syncs", s.admin, nil, &now); err != nil {
		return err
	}
	for now.FinishedAt == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
		if err := s.call(ctx, "GET", "/v1/syncs/"+now.ID, s.admin, nil, &now); err != nil {
			return err
		}
		if now.Calls > 0 && r.reading == 0 {
			r.reading = time.Since(*now.StartedAt)
		}
	}
	if now.Status != portal.RunComplete || now.Seen != int64(s.size) {
		text := ""
		if now.Error != nil {
			text = *now.Error
		}
		return errors.Join(fmt.Errorf("the sync ended as %s with %d customers: %s", now.Status, now.Seen, text), s.apiLog())
	}
	r.whole = now.FinishedAt.Sub(*now.StartedAt)
	r.perSecond = float64(s.size) / r.whole.Seconds()
	return nil
}

func (r run) print(name string) {
	row(name+", reading", r.reading.Seconds(), "s", "of", r.whole.Seconds())
	row(name+", memory above idle", r.memory, "MiB", "limit", memoryLimit)
	for _, group := range groups {
		fmt.Printf("%s, rows written: %s\t%d\trows\t\t\n", name, group, r.rows[group])
	}
	fmt.Printf("%s, WAL written\t%.1f\tMiB\t\t\n", name, r.wal)
}

// large is a world of any size that is generated while it is read. Each edition changes the seats of a hundredth of
// the clients.
type large struct{ size, edition int }

func (l large) Len() int { return l.size }

func (l large) AppendJSON(b []byte, i int) []byte {
	msps := l.size / oneMSPIn
	b = strconv.AppendInt(append(b, `{"id":`...), int64(1_000_000+i), 10)
	if i < msps {
		b = strconv.AppendInt(append(b, `,"name":"Reseller `...), int64(i), 10)
		return append(b, `","type":"RESELLER","resellerId":null,"country":"DK"}`...)
	}
	used := i % 90
	if i%100 == 0 {
		used += l.edition
	}
	b = strconv.AppendInt(append(b, `,"name":"`...), int64(i*7919%l.size), 10)
	b = append(append(append(b, ' '), names[i%len(names)]...), ` & Partners ApS","type":"CORP","resellerId":`...)
	b = strconv.AppendInt(b, int64(1_000_000+i%msps), 10)
	b = strconv.AppendInt(append(b, `,"products":["Threat Prevention","Patch & Asset Management"],"seatsUsed":`...), int64(used), 10)
	b = strconv.AppendInt(append(b, `,"seatsTotal":100,"expirationDate":"2031-0`...), int64(1+i%9), 10)
	return append(b, `-15","licenseType":"Annual","splaLicense":false,"createdDate":"2024-03-01","monthlyBilling":false,"country":"DK"}`...)
}
