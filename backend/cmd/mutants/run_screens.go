package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// screenRunner runs the tests of the screens in a copy of frontend, where one file at a time is mutated.
type screenRunner struct {
	top, temporary string
	timeout        time.Duration
}

func newScreenRunner(top string, timeout time.Duration) (*screenRunner, error) {
	full, err := filepath.Abs(top)
	if err != nil {
		return nil, err
	}
	temporary, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return nil, err
	}
	r := &screenRunner{full, temporary, timeout}
	if err := r.copy(); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *screenRunner) close() { os.RemoveAll(r.temporary) }

func (r *screenRunner) folder() string { return filepath.Join(r.temporary, "frontend") }

// copy links what no mutant changes. A test of the fake reads the sentences of the backend.
func (r *screenRunner) copy() error {
	if err := os.Mkdir(r.folder(), 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(r.top, "frontend"))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		from, to := filepath.Join(r.top, "frontend", entry.Name()), filepath.Join(r.folder(), entry.Name())
		switch {
		case entry.Name() == "dist":
		case entry.Name() == "node_modules":
			err = os.Symlink(from, to)
		case entry.IsDir():
			err = os.CopyFS(to, os.DirFS(from))
		default:
			err = copyFile(from, to)
		}
		if err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(r.top, "backend"), filepath.Join(r.temporary, "backend"))
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

func (r *screenRunner) baseline(ctx context.Context) error {
	if output, ok := r.typed(ctx); !ok {
		return fmt.Errorf("the screens do not compile without any mutant: %s", output)
	}
	v, err := r.test(ctx, "run")
	if err == nil && v.outcome != survived {
		err = fmt.Errorf("the tests of the screens fail without any mutant: %s", v.by)
	}
	return err
}

// try runs the tests of the file's folder that import it first, then every test that does.
func (r *screenRunner) try(ctx context.Context, m mutant) (verdict, error) {
	file := filepath.Join(r.temporary, m.Path)
	source, err := os.ReadFile(file)
	if err != nil {
		return verdict{}, err
	}
	defer os.WriteFile(file, source, 0o600) //nolint:errcheck // the copy is thrown away if it cannot be written
	if err := os.WriteFile(file, []byte(m.in(string(source))), 0o600); err != nil {
		return verdict{}, err
	}
	if _, ok := r.typed(ctx); !ok {
		return verdict{broken, "the types"}, ctx.Err()
	}
	related := []string{"related", "--run", strings.TrimPrefix(m.Path, "frontend/")}
	folder := strings.TrimPrefix(path.Dir(m.Path), "frontend/")
	v, err := r.test(ctx, append(related, "--dir", folder)...)
	if err != nil || v.outcome != survived {
		return v, err
	}
	return r.test(ctx, related...)
}

// typed reports whether the screens compile; build/test checks types too, but no test notices them.
func (r *screenRunner) typed(ctx context.Context) (string, bool) {
	output, err := command(ctx, r.folder(), "npx", "--no-install", "tsc", "--noEmit").CombinedOutput()
	return string(output), err == nil
}

// report is what vitest writes.
type report struct {
	TestResults []struct {
		Name, Status, Message string
		AssertionResults      []struct{ FullName, Status string }
	}
}

func (r *screenRunner) test(ctx context.Context, arguments ...string) (verdict, error) {
	inner, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	written := filepath.Join(r.temporary, "report.json")
	if err := os.RemoveAll(written); err != nil {
		return verdict{}, err
	}
	arguments = append([]string{"--no-install", "vitest"}, arguments...)
	arguments = append(arguments, "--bail", "1", "--passWithNoTests", "--reporter=json", "--outputFile="+written)
	output, err := command(inner, r.folder(), "npx", arguments...).CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return verdict{}, ctx.Err()
	case inner.Err() != nil:
		return verdict{killed, "the tests, which took too long"}, nil
	case err == nil:
		return verdict{}, nil
	}
	return failureIn(written, err, output)
}

func failureIn(written string, failure error, output []byte) (verdict, error) {
	content, err := os.ReadFile(written)
	if err != nil {
		return verdict{}, fmt.Errorf("vitest: %w: %s", failure, output)
	}
	var all report
	if err := json.Unmarshal(content, &all); err != nil {
		return verdict{}, err
	}
	for _, file := range all.TestResults {
		for _, test := range file.AssertionResults {
			if test.Status == "failed" {
				return verdict{killed, filepath.Base(file.Name) + " " + test.FullName}, nil
			}
		}
	}
	for _, file := range all.TestResults {
		if file.Status == "failed" {
			return verdict{killed, filepath.Base(file.Name) + ", which could not run"}, nil
		}
	}
	var exit *exec.ExitError
	if errors.As(failure, &exit) {
		return verdict{killed, "an error outside of any test"}, nil
	}
	return verdict{}, failure
}
