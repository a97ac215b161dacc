package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// recordTest is an MSSP that the sync command reads from a fake Heimdal.
type recordTest struct {
	*testing.T
	fake     *fakeheimdal.Server
	settings []string
	mssp     string
}

func newRecordTest(t *testing.T) *recordTest {
	t.Helper()
	fake, err := fakeheimdal.Start(context.Background(), fakeheimdal.Config{
		APIKey: "HEIMDAL-KEY-0123456789", CustomerID: "4711",
		Customers: []fakeheimdal.Customer{
			{"id": 1, "name": "Nordic Partner", "type": "RESELLER"}, {"id": 2, "name": "Nordic Works", "type": "CORP", "resellerId": 1},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fake.Close() })
	secret, key := filepath.Join(t.TempDir(), "secret"), filepath.Join(t.TempDir(), "key")
	for file, text := range map[string]string{secret: strings.Repeat("A", 43) + "=", key: "HEIMDAL-KEY-0123456789"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	database := testkit.Database(t).Owner
	r := &recordTest{T: t, fake: fake, settings: []string{"--database-url=" + database}}
	r.must("bootstrap", "--mssp=Fjord", "--admin=a@example.com", "--provider=google")
	owner, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	if err := owner.QueryRow(t.Context(), "select id::text from mssp").Scan(&r.mssp); err != nil {
		t.Fatal(err)
	}
	r.settings = append(r.settings, "--secret-key-file="+secret)
	r.must("product", "add", "--mssp="+r.mssp, "--customer-id=4711", "--base-url="+fake.URL(), "--api-key-file="+key)
	return r
}

// must runs a command and fails the test unless it succeeds.
func (r *recordTest) must(arguments ...string) {
	r.Helper()
	if output, code := capture(r.T, func() int { return run(append(arguments, r.settings...)) }); code != 0 {
		r.Fatalf("%s: exit %d: %s", arguments[0], code, output)
	}
}

func (r *recordTest) sync(file string) (output string, code int) {
	r.Helper()
	return capture(r.T, func() int {
		return run(append([]string{"sync", "--mssp=" + r.mssp, "--heimdal-rate=0", "--record=" + file}, r.settings...))
	})
}

func TestSyncRecord(t *testing.T) {
	r := newRecordTest(t)
	folder := t.TempDir()
	t.Run("writes_shapes_without_values_for_owner_only", func(t *testing.T) {
		file := filepath.Join(folder, "whole")
		output, code := r.sync(file)
		text, err := os.ReadFile(file)
		if code != 0 || err != nil || !strings.Contains(output, file+" contains the shape of") {
			t.Fatalf("exit %d, %v: %s", code, err, output)
		}
		if !strings.Contains(string(text), "resellerId") {
			t.Errorf("got a file without the names of members: %s", text)
		}
		for _, value := range []string{"Nordic", "4711", "HEIMDAL-KEY"} {
			if strings.Contains(string(text), value) {
				t.Errorf("got a file with the value %s: %s", value, text)
			}
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v; want 0600", info.Mode().Perm(), err)
		}
	})
	t.Run("keeps_recording_of_failed_run", func(t *testing.T) {
		r.fake.SetFault(fakeheimdal.Message200)
		defer r.fake.SetFault(fakeheimdal.None)
		file := filepath.Join(folder, "failed")
		output, code := r.sync(file)
		text, err := os.ReadFile(file)
		if code == 0 || err != nil || len(text) == 0 || !strings.Contains(output, "of the calls before the run ended") {
			t.Errorf("exit %d, %v, %d bytes: %s", code, err, len(text), output)
		}
	})
	t.Run("overwrites_no_file", func(t *testing.T) {
		file := filepath.Join(folder, "kept")
		if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		output, code := r.sync(file)
		if text, err := os.ReadFile(file); code != exitInvalid || err != nil || string(text) != "mine" || !strings.Contains(output,
			"--record") {
			t.Errorf("exit %d, %v, file %q: %s; want exit 2 and the file as it was", code, err, text, output)
		}
	})
	t.Run("removes_empty_file", func(t *testing.T) {
		file := filepath.Join(folder, "none")
		output, code := capture(t, func() int {
			return run(append([]string{"sync", "--mssp=0198c5a4-0000-7000-8000-000000000000", "--record=" + file}, r.settings...))
		})
		if _, err := os.Stat(file); code == 0 || !os.IsNotExist(err) {
			t.Errorf("exit %d, %v: %s; want no file", code, err, output)
		}
	})
}

func TestSyncRecordFile(t *testing.T) {
	t.Parallel()
	t.Run("write_error_fails_the_run", testSyncRecordFileWriteErrorFailsTheRun)
}

func testSyncRecordFileWriteErrorFailsTheRun(t *testing.T) {
	t.Parallel()
	r, err := newRecording(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write([]byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	if err := r.file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Write([]byte("{}\n")); err == nil {
		t.Fatal("got no error from a closed file, want one")
	}
	if err := r.finish(nil); err == nil {
		t.Error("got no error for an incomplete recording, want one")
	}
}
