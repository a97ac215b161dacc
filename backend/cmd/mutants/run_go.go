package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// goRunner runs Go tests over an overlay: the compiler reads the mutated file in place of the real one.
type goRunner struct {
	top, temporary string
	area           area
	timeout        time.Duration
}

func newGoRunner(top string, a area, timeout time.Duration) (*goRunner, error) {
	full, err := filepath.Abs(top)
	if err != nil {
		return nil, err
	}
	temporary, err := os.MkdirTemp("", "mutants-")
	return &goRunner{full, temporary, a, timeout}, err
}

func (r *goRunner) close() { os.RemoveAll(r.temporary) }

func (r *goRunner) baseline(ctx context.Context) error {
	var packages []string
	for _, folder := range r.area.folders {
		packages = append(packages, "./"+folder)
	}
	for _, u := range r.area.users {
		packages = append(packages, folders(u.packages)...)
	}
	v, err := r.test(ctx, packages)
	if err == nil && v.outcome != survived {
		err = fmt.Errorf("the tests fail without any mutant: %s", v.by)
	}
	return err
}

// try runs the nearest tests first, then the others of the mutant's own package, then those of the packages that use
// it.
func (r *goRunner) try(ctx context.Context, m mutant) (verdict, error) {
	overlay, err := r.overlay(m)
	if err != nil {
		return verdict{}, err
	}
	nearest, err := nearestTests(r.top, m.Path)
	if err != nil {
		return verdict{}, err
	}
	own := []string{"./" + path.Dir(m.Path)}
	var flags []string
	if len(nearest) > 0 {
		names := "^(" + strings.Join(nearest, "|") + ")$"
		if v, err := r.test(ctx, own, "-overlay", overlay, "-run", names); err != nil || v.outcome != survived {
			return v, err
		}
		flags = []string{"-skip", names}
	}
	v, err := r.test(ctx, own, append(flags, "-overlay", overlay)...)
	others := slices.DeleteFunc(folders(r.area.usersOf(m.Path)), func(folder string) bool { return folder == own[0] })
	if err != nil || v.outcome != survived || len(others) == 0 {
		return v, err
	}
	return r.test(ctx, others, "-overlay", overlay)
}

func folders(packages []string) []string {
	var all []string
	for _, name := range packages {
		all = append(all, "./backend/"+name)
	}
	return all
}

func (r *goRunner) overlay(m mutant) (string, error) {
	real := filepath.Join(r.top, m.Path)
	source, err := os.ReadFile(real)
	if err != nil {
		return "", err
	}
	mutated := filepath.Join(r.temporary, "mutated.go")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {real: mutated}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(r.temporary, "overlay.json")
	if err := os.WriteFile(mutated, []byte(m.in(string(source))), 0o600); err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, list, 0o600)
}

// test runs packages until the first one fails.
func (r *goRunner) test(ctx context.Context, packages []string, flags ...string) (verdict, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	arguments := append([]string{"test", "-json", "-failfast", "-vet=off", "-ldflags=-s -w", "-timeout", r.timeout.String()}, flags...)
	tests := command(inner, r.top, "go", append(arguments, packages...)...)
	output, err := tests.StdoutPipe()
	if err != nil {
		return verdict{}, err
	}
	var problems bytes.Buffer
	tests.Stderr = &problems
	if err := tests.Start(); err != nil {
		return verdict{}, err
	}
	v := firstFailure(output)
	if v.outcome != survived {
		cancel()
	}
	_, _ = io.Copy(io.Discard, output)
	err = tests.Wait()
	if ctx.Err() != nil {
		return verdict{}, ctx.Err()
	}
	if v.outcome == survived && err != nil {
		return verdict{}, fmt.Errorf("go test: %w: %s", err, problems.String())
	}
	return v, nil
}

// event is what go test -json prints.
type event struct {
	Action, Package, Test, FailedBuild, Output string
}

// firstFailure reads until a package has failed, and returns the test that failed first.
func firstFailure(output io.Reader) verdict {
	lines := bufio.NewReader(output)
	first, late := map[string]string{}, map[string]bool{}
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return verdict{}
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			continue
		}
		if strings.HasPrefix(e.Output, "panic: test timed out") {
			late[e.Package] = true
		}
		switch {
		case e.Action == "build-fail" || e.FailedBuild != "":
			return verdict{broken, "the build"}
		case e.Action != "fail":
		case e.Test == "":
			return verdict{killed, failed(e.Package, first[e.Package], late[e.Package])}
		case first[e.Package] == "":
			first[e.Package] = e.Test
		}
	}
}

func failed(packageName, test string, late bool) string {
	name := path.Base(packageName)
	switch {
	case late:
		return name + ", which took too long"
	case test == "":
		return name + ", which ended early"
	}
	return name + " " + test
}
