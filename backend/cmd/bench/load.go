package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	workers = 8
	// Long enough for a stable p99 on two cores, short enough to be run often.
	warmUp  = time.Second
	measure = 4 * time.Second
	limit   = 200
)

// page is a request that is measured by itself.
type page struct {
	name, path string
	user       bool // as a user of the MSP instead of an admin of the MSSP
}

var pages = []page{
	{name: "overview, MSSP admin", path: "/v1/overview"},
	{name: "clients, first page, MSSP admin", path: "/v1/clients"},
	{name: "clients, first page, MSP user", path: "/v1/clients", user: true},
}

// result is the outcome of one load.
type result struct {
	perSecond float64
	p99       time.Duration
	cpu       time.Duration // of the server, per unit of work
}

// row prints one line of the table: metric, value, unit, baseline or limit, ratio.
func row(metric string, value float64, unit, reference string, other float64) {
	fmt.Printf("%s\t%.2f\t%s\t%s %.2f\t%.2f\n", metric, value, unit, reference, other, value/other)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (r result) print(name, unit string, bare result) {
	row(name, r.perSecond, unit+"/s", "bare", bare.perSecond)
	row(name+", p99", milliseconds(r.p99), "ms", "bare", milliseconds(bare.p99))
}

// comparePage measures one page and a bare handler that returns the same bytes.
func comparePage(ctx context.Context, w *world, bare *bareServer, p page) error {
	bearer := w.admin
	if p.user {
		bearer = w.mspUser
	}
	status, body, err := get(ctx, w.api.base+p.path, bearer)
	if err != nil || status != 200 {
		return fmt.Errorf("returned %d %s: %w", status, body, err)
	}
	if err := bare.store(ctx, "/page", body); err != nil {
		return err
	}
	ours, err := load(ctx, w.api, func(ctx context.Context) error { return expectOK(ctx, w.api.base+p.path, bearer) })
	if err != nil {
		return err
	}
	theirs, err := load(ctx, bare.process, func(ctx context.Context) error { return expectOK(ctx, bare.base+"/page", bearer) })
	if err != nil {
		return err
	}
	ours.print(p.name, "requests", theirs)
	row(p.name+", server CPU", milliseconds(ours.cpu), "ms/request", "limit", 1)
	return nil
}

// compareWalk measures reading every client of an MSSP, page by page.
func compareWalk(ctx context.Context, w *world, bare *bareServer) error {
	bodies, err := walk(ctx, w)
	if err != nil {
		return err
	}
	for i, body := range bodies {
		if err := bare.store(ctx, "/walk"+strconv.Itoa(i), body); err != nil {
			return err
		}
	}
	ours, err := load(ctx, w.api, func(ctx context.Context) error { _, err := walk(ctx, w); return err })
	if err != nil {
		return err
	}
	theirs, err := load(ctx, bare.process, func(ctx context.Context) error {
		for i := range bodies {
			if err := expectOK(ctx, bare.base+"/walk"+strconv.Itoa(i), w.admin); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("walk of %d clients in %d pages", mspsPerMSSP*clientsPerMSP, len(bodies))
	ours.print(name, "walks", theirs)
	row(name+", server CPU", milliseconds(ours.cpu)/float64(len(bodies)), "ms/page", "limit", 1)
	return nil
}

// walk reads every client by following cursors, and returns the pages as received.
func walk(ctx context.Context, w *world) (bodies [][]byte, err error) {
	seen, cursor := 0, ""
	for {
		status, body, err := get(ctx, fmt.Sprintf("%s/v1/clients?limit=%d&cursor=%s", w.api.base, limit, cursor), w.admin)
		if err != nil || status != 200 {
			return nil, fmt.Errorf("returned %d %s: %w", status, body, err)
		}
		var page struct {
			Items      []struct{} `json:"items"`
			NextCursor *string    `json:"next_cursor"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
		seen += len(page.Items)
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	if seen != mspsPerMSSP*clientsPerMSP {
		return nil, fmt.Errorf("read %d clients, not %d", seen, mspsPerMSSP*clientsPerMSP)
	}
	return bodies, nil
}

func expectOK(ctx context.Context, url, bearer string) error {
	status, body, err := get(ctx, url, bearer)
	if err == nil && status != 200 {
		err = fmt.Errorf("returned %d %.200s", status, body)
	}
	return err
}

// load repeats work on several connections at the same time.
func load(ctx context.Context, server *process, work func(context.Context) error) (result, error) {
	if _, err := repeat(ctx, warmUp, work); err != nil {
		return result{}, err
	}
	before, err := cpuTime(server.command.Process.Pid)
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	times, err := repeat(ctx, measure, work)
	if err != nil {
		return result{}, err
	}
	took := time.Since(began)
	after, err := cpuTime(server.command.Process.Pid)
	if err != nil {
		return result{}, err
	}
	slices.Sort(times)
	return result{
		perSecond: float64(len(times)) / took.Seconds(),
		p99:       times[len(times)*99/100],
		cpu:       (after - before) / time.Duration(len(times)),
	}, nil
}

func repeat(ctx context.Context, long time.Duration, work func(context.Context) error) ([]time.Duration, error) {
	end := time.Now().Add(long)
	var group sync.WaitGroup
	var lock sync.Mutex
	var times []time.Duration
	var failure error
	for range workers {
		group.Go(func() {
			var own []time.Duration
			var err error
			for time.Now().Before(end) && err == nil {
				began := time.Now()
				err = work(ctx)
				own = append(own, time.Since(began))
			}
			lock.Lock()
			defer lock.Unlock()
			times, failure = append(times, own...), errors.Join(failure, err)
		})
	}
	group.Wait()
	return times, failure
}

// The kernel counts CPU time in ticks of a hundredth of a second, on every architecture Go knows.
const tick = 10 * time.Millisecond

// cpuTime returns the CPU time that a process has used so far, in user and system mode.
func cpuTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name, in brackets, may itself contain blanks.
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')'):]), " ")
	fields := strings.Fields(rest)
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick, errors.Join(errUser, errSystem)
}
