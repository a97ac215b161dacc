package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

func TestAnUnusableSettingEndsTheStartWithTwoAndItsName(t *testing.T) {
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
		"no database":               {free, "PORTAL_DATABASE_URL"},
		"a database that is none":   {append(free, "--database-url=mysql://x"), "PORTAL_DATABASE_URL"},
		"nobody at the database":    {append(free, "--database-url=postgres://portal:hidden@127.0.0.1:1/portal"), "PORTAL_DATABASE_URL"},
		"no secret":                 {[]string{"serve"}, "PORTAL_SECRET_KEY_FILE"},
		"a secret of another size":  {[]string{"serve", "--secret-key-file=" + short}, "PORTAL_SECRET_KEY_FILE"},
		"a port that is taken":      {append(free, "--listen="+taken.Addr().String()), "PORTAL_LISTEN"},
		"plain http to the world":   {append(free, "--public-url=http://portal.example.com"), "PORTAL_PUBLIC_URL"},
		"the world without its URL": {append(free, "--listen=0.0.0.0:0"), "PORTAL_PUBLIC_URL"},
		"a rate below none":         {append(free, "--heimdal-rate=-1"), "PORTAL_HEIMDAL_RATE"},
		"an admin without address":  {[]string{"bootstrap", "--mssp=X", "--admin=nobody", "--provider=google"}, "bootstrap"},
		"a command there is not":    {[]string{"serf"}, "serf"},
	} {
		said, code := capture(t, func() int { return run(test.arguments) })
		if code != exitUnusable || !strings.Contains(said, test.want) || strings.Count(strings.TrimSpace(said), "\n") > 0 {
			t.Errorf("%s: exit %d, said %q; want exit 2 and one line naming %s", name, code, said, test.want)
		}
		if strings.Contains(said, "hidden") {
			t.Errorf("%s: the password is in %q", name, said)
		}
	}
}

// capture answers what work writes to standard error.
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
	said, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(said), code
}

func TestAnInviteIsMailedToThePersonInvitedWithItsCode(t *testing.T) {
	t.Parallel()
	server, received := startMailServer(t)
	mail, err := newMailer("smtp://"+server, "portal@example.com")
	if err != nil {
		t.Fatal(err)
	}
	invite := portal.Invite{Email: "kim@harbour.example", Provider: portal.Entra, InvitedBy: "Ada", ExpiresAt: time.Now().Add(time.Hour)}
	if err := mail.SendInvite(context.Background(), invite, "ABCD-EFGH"); err != nil {
		t.Fatal(err)
	}
	letter := <-received
	for _, want := range []string{"RCPT TO:<kim@harbour.example>", "MAIL FROM:<portal@example.com>", "ABCD-EFGH", "Sign in with Microsoft", "Ada invites you"} {
		if !strings.Contains(letter, want) {
			t.Errorf("the mail lacks %q:\n%s", want, letter)
		}
	}
}

func TestMailSettingsThatCannotWorkAreNamed(t *testing.T) {
	t.Parallel()
	for settings, want := range map[[2]string]string{
		{"http://mail.example.com", "portal@example.com"}: "PORTAL_SMTP_URL",
		{"smtp://mail.example.com", "nobody"}:             "PORTAL_MAIL_FROM",
	} {
		if _, err := newMailer(settings[0], settings[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v answers %v, want %s named", settings, err, want)
		}
	}
	if mail, err := newMailer("", ""); mail != nil || err != nil {
		t.Errorf("without a server: %v, %v; want no mailer and no error", mail, err)
	}
}

// startMailServer takes one mail on loopback and hands over everything its client said.
func startMailServer(t *testing.T) (address string, received <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	letters := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		letters <- takeMail(conn)
	}()
	return listener.Addr().String(), letters
}

// takeMail speaks as much of RFC 5321 as one mail needs.
func takeMail(conn net.Conn) string {
	var said strings.Builder
	fmt.Fprint(conn, "220 mail ready\r\n")
	lines, inData := bufio.NewScanner(conn), false
	for lines.Scan() {
		line := lines.Text()
		said.WriteString(line + "\n")
		switch {
		case inData && line != ".":
		case line == ".":
			inData = false
			fmt.Fprint(conn, "250 taken\r\n")
		case line == "DATA":
			inData = true
			fmt.Fprint(conn, "354 go on\r\n")
		case line == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return said.String()
		default:
			fmt.Fprint(conn, "250 fine\r\n")
		}
	}
	return said.String()
}
