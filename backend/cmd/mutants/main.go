// Command mutants measures what the tests notice. It puts small faults into the code, one at a time, runs the tests
// that should fail, and prints the share of faults that they noticed. Development only; build/test mutants runs it, at
// the top of the repository. The checkout is not changed.
//
//	mutants [--seed N] [--count N] [--package NAME] [--timeout D] [--list]
//
// A mutant that does not compile is replaced by the next one. A survivor that equivalent.txt lists is not counted. The
// exit code is 1 when the tests noticed less than 90 % of the others.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type settings struct {
	seed    uint64
	count   int
	only    string
	timeout time.Duration
	list    bool
}

func main() {
	var s settings
	flag.Uint64Var(&s.seed, "seed", 1, "the same seed and the same code give the same mutants")
	flag.IntVar(&s.count, "count", 100, "how many mutants to run")
	flag.StringVar(&s.only, "package", "", "one of "+strings.Join(areaNames(), ", "))
	flag.DurationVar(&s.timeout, "timeout", 10*time.Minute, "for one run of the tests of a package; longer counts as noticed")
	flag.BoolVar(&s.list, "list", false, "print the mutants instead of running them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	good, err := run(ctx, ".", s)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
	if !good {
		os.Exit(1)
	}
}

// run reports whether the tests noticed enough.
func run(ctx context.Context, top string, s settings) (bool, error) {
	found, err := candidates(ctx, top, s.only)
	if err != nil {
		return false, err
	}
	known, err := readEquivalents(top + "/" + equivalentsFile)
	if err != nil {
		return false, err
	}
	if stale := known.stale(found); len(stale) > 0 {
		return false, fmt.Errorf("%s lists what is no mutant of the code any more; remove or correct:\n%s",
			equivalentsFile, strings.Join(stale, "\n"))
	}
	drawn := draw(found, s.seed, s.count)
	if s.list {
		printMutants(os.Stdout, drawn)
		return true, nil
	}
	return measure(ctx, top, s.timeout, drawn, known)
}

// candidates returns every mutant of the areas, or of the one that only names.
func candidates(ctx context.Context, top, only string) ([]areaMutants, error) {
	var all []areaMutants
	for _, a := range areas {
		if only != "" && a.name != only {
			continue
		}
		mutants, err := a.find(ctx, top)
		if err != nil {
			return nil, err
		}
		if len(mutants) == 0 {
			return nil, fmt.Errorf("no code of %s: run this at the top of the repository", a.name)
		}
		all = append(all, areaMutants{a, numbered(mutants)})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("--package is one of %s, not %s", strings.Join(areaNames(), ", "), only)
	}
	return all, nil
}
