package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

func TestInvalidSetting(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("A", 43)+"="), 0o600); err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short")
	if err := os.WriteFile(short, []byte("AAAA"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free := []string{"serve", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--secret-key-file=" + key}
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"no database":             {free, "PORTAL_DATABASE_URL"},
		"an invalid database URL": {append(free, "--database-url=mysql://x"), "PORTAL_DATABASE_URL"},
		"an unreachable database": {append(free, "--database-url=postgres://portal:hidden@127.0.0.1:1/portal"),
			"PORTAL_DATABASE_URL"},
		"no secret":                        {[]string{"serve"}, "PORTAL_SECRET_KEY_FILE"},
		"a secret of another size":         {[]string{"serve", "--secret-key-file=" + short}, "PORTAL_SECRET_KEY_FILE"},
		"a port that is taken":             {append(free, "--listen="+taken.Addr().String()), "PORTAL_LISTEN"},
		"plain http on a public host":      {append(free, "--public-url=http://portal.example.com"), "PORTAL_PUBLIC_URL"},
		"a public address without its URL": {append(free, "--listen=0.0.0.0:0"), "PORTAL_PUBLIC_URL"},
		"a negative rate":                  {append(free, "--heimdal-rate=-1"), "PORTAL_HEIMDAL_RATE"},
		"too frequent syncs":               {append(free, "--sync-every=1m"), "PORTAL_SYNC_EVERY"},
		"too rare syncs":                   {append(free, "--sync-every=25h"), "PORTAL_SYNC_EVERY"},
		"a share over 100":                 {append(free, "--missing-share=101"), "PORTAL_MISSING_SHARE"},
		"a minimum of 0 customers":         {append(free, "--missing-at-least=0"), "PORTAL_MISSING_AT_LEAST"},
		"removal after 0 runs":             {append(free, "--remove-after-runs=0"), "PORTAL_REMOVE_AFTER_RUNS"},
		"a short takeover":                 {append(free, "--sync-takeover=10ms"), "PORTAL_SYNC_TAKEOVER"},
		"a negative number of failures":    {append(free, "--sync-failures-mail=-1"), "PORTAL_SYNC_FAILURES_MAIL"},
		"an admin without address":         {[]string{"bootstrap", "--mssp=X", "--admin=nobody", "--provider=google"}, "bootstrap"},
		"a negative account rate":          {append(free, "--account-rate=-1"), "PORTAL_ACCOUNT_RATE"},
		"a negative address rate":          {append(free, "--auth-rate=-1"), "PORTAL_AUTH_RATE"},
		"a negative concurrency":           {append(free, "--auth-at-once=-1"), "PORTAL_AUTH_AT_ONCE"},
		"an invalid switch":                {append(free, "--allow-private-products=yes"), "PORTAL_ALLOW_PRIVATE_PRODUCTS"},
		"proxies without networks":         {append(free, "--trusted-proxies=10.0.0.0/8,proxy"), "PORTAL_TRUSTED_PROXIES"},
		"an http mail server": {[]string{"bootstrap", "--mssp=X", "--admin=a@example.com", "--provider=google",
			"--smtp-url=http://user:hidden@mail.example.com"}, "PORTAL_SMTP_URL"},
		"an invalid sender": {[]string{"bootstrap", "--mssp=X", "--admin=a@example.com", "--provider=google",
			"--smtp-url=smtp://mail.example.com", "--mail-from=nobody"}, "PORTAL_MAIL_FROM"},
		"an invalid language": {[]string{"bootstrap", "--mssp=X", "--admin=a@example.com", "--provider=google", "--language=!"},
			"language"},
		"an unknown time zone": {[]string{"bootstrap", "--mssp=X", "--admin=a@example.com", "--provider=google",
			"--time-zone=Mars/Base"}, "--time-zone"},
		"an unknown command": {[]string{"serf"}, "serf"},
	} {
		t.Run(name, func(t *testing.T) {
			output, code := capture(t, func() int { return run(test.arguments) })
			if code != exitInvalid || !strings.Contains(output, test.want) || strings.Count(strings.TrimSpace(output), "\n") > 0 {
				t.Errorf("got exit code %d and %q, want 2 and one line with %s", code, output, test.want)
			}
			if strings.Contains(output, "hidden") {
				t.Errorf("the password is in %q", output)
			}
		})
	}
}

func TestEncoding(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("A", 43)+"="), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		database := "--database-url=" + testkit.EmptyDatabase(t, "encoding '"+encoding+"' lc_collate 'C' lc_ctype 'C' template template0")
		for _, arguments := range [][]string{
			{"migrate", database, "up"},
			{"migrate", database, "status"},
			{"serve", database, "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--secret-key-file=" + key},
		} {
			t.Run(encoding+"_ends_"+arguments[0]+"_with_two", func(t *testing.T) {
				output, code := capture(t, func() int { return run(arguments) })
				if code != exitInvalid || !strings.Contains(output, "PORTAL_DATABASE_URL") || !strings.Contains(output, encoding) ||
					strings.Count(strings.TrimSpace(output), "\n") > 0 {
					t.Errorf("got exit code %d and %q, want 2 and one line with PORTAL_DATABASE_URL and %s", code, output, encoding)
				}
			})
		}
	}
}

// capture returns what work writes to standard error.
func capture(t *testing.T, work func() int) (string, int) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := os.Stderr
	os.Stderr = file
	code := work()
	os.Stderr = before
	output, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(output), code
}

func TestSyncExit(t *testing.T) {
	reason := "Heimdal does not accept the API key."
	for name, test := range map[string]struct {
		run  portal.SyncRun
		code int
		want string
	}{
		"complete": {portal.SyncRun{Status: portal.RunComplete}, 0, ""},
		"partial": {portal.SyncRun{Status: portal.RunPartial,
			Unread: []portal.UnreadReseller{{ExternalID: "7", Name: "Nordlys"}}}, exitPartial, "Nordlys (7)"},
		"failed":       {portal.SyncRun{Status: portal.RunFailed, Error: &reason}, exitFailed, reason},
		"needs review": {portal.SyncRun{Status: portal.RunNeedsReview}, exitFailed, "not complete"},
	} {
		t.Run(name, func(t *testing.T) {
			output, code := capture(t, func() int { return exitCode(runError(test.run)) })
			if code != test.code || !strings.Contains(output, test.want) {
				t.Errorf("exit: got %d and %q, want %d and %q", code, output, test.code, test.want)
			}
		})
	}
}
