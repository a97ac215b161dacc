package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// wantedPercent of the mutants must be noticed.
const wantedPercent = 90

// score counts the mutants of an area.
type score struct {
	name                                 string
	killed, survived, equivalent, broken int
}

func (s score) percent() float64 {
	if s.killed+s.survived == 0 {
		return 100
	}
	return 100 * float64(s.killed) / float64(s.killed+s.survived)
}

func (s *score) add(other score) {
	s.killed += other.killed
	s.survived += other.survived
	s.equivalent += other.equivalent
	s.broken += other.broken
}

// measurement is a run over all areas.
type measurement struct {
	out       io.Writer
	known     equivalents
	timeout   time.Duration
	scores    []score
	survivors []mutant
}

// measure runs the drawn mutants and reports whether the tests noticed enough of them.
func measure(ctx context.Context, top string, timeout time.Duration, drawn []drawnMutants, known equivalents) (bool, error) {
	r := &measurement{out: os.Stdout, known: known, timeout: timeout}
	var err error
	for _, d := range drawn {
		if d.quota == 0 {
			continue
		}
		if err = r.area(ctx, top, d); err != nil {
			break
		}
	}
	return r.summary() >= wantedPercent, err
}

func (r *measurement) area(ctx context.Context, top string, d drawnMutants) error {
	tests, err := d.runner(top, r.timeout)
	if err != nil {
		return err
	}
	defer tests.close()
	fmt.Fprintf(r.out, "%s: running %d of %d mutants, and its tests without any first\n", d.name, d.quota, len(d.mutants))
	if err := tests.baseline(ctx); err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	counts := score{name: d.name}
	defer func() { r.scores = append(r.scores, counts) }()
	for _, m := range d.mutants {
		if counts.killed+counts.survived == d.quota {
			break
		}
		if err := r.mutant(ctx, tests, m, &counts); err != nil {
			return err
		}
	}
	return nil
}

func (r *measurement) mutant(ctx context.Context, tests runner, m mutant, counts *score) error {
	if reason, ok := r.known[m.change()]; ok {
		counts.equivalent++
		fmt.Fprintf(r.out, "equivalent %s: %s\n", m, reason)
		return nil
	}
	started := time.Now()
	v, err := tests.try(ctx, m)
	if err != nil {
		return fmt.Errorf("%s: %w", m, err)
	}
	seconds := int(time.Since(started).Seconds())
	switch v.outcome {
	case broken:
		counts.broken++
	case killed:
		counts.killed++
		fmt.Fprintf(r.out, "killed     %s, by %s (%d s)\n", m, v.by, seconds)
	case survived:
		counts.survived++
		r.survivors = append(r.survivors, m)
		fmt.Fprintf(r.out, "survived   %s (%d s)\n", m, seconds)
	}
	return nil
}

// summary prints the scores and returns that of all areas.
func (r *measurement) summary() float64 {
	all := score{name: "all"}
	fmt.Fprintf(r.out, "\n%-14s %8s %8s %8s %11s %14s\n", "package", "killed", "survived", "score", "equivalent", "did not build")
	for _, s := range r.scores {
		r.row(s)
		all.add(s)
	}
	r.row(all)
	if len(r.survivors) > 0 {
		fmt.Fprintln(r.out, "\nSurvivors: a test for each, or a reason in "+equivalentsFile)
	}
	for _, m := range r.survivors {
		fmt.Fprintln(r.out, m)
	}
	return all.percent()
}

func (r *measurement) row(s score) {
	fmt.Fprintf(r.out, "%-14s %8d %8d %6.1f %% %11d %14d\n", s.name, s.killed, s.survived, s.percent(), s.equivalent, s.broken)
}

func printMutants(out io.Writer, drawn []drawnMutants) {
	for _, d := range drawn {
		fmt.Fprintf(out, "%s: %d of %d\n", d.name, d.quota, len(d.mutants))
		for _, m := range d.mutants[:min(d.quota, len(d.mutants))] {
			fmt.Fprintln(out, m)
		}
	}
}
