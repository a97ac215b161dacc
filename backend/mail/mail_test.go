package mail

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"
)

// server is a strict SMTP server: it takes commands in their order only, and what answers says instead.
type server struct {
	t        *testing.T
	listener net.Listener
	tls      *tls.Config       // offered as STARTTLS; nil: not offered
	implicit bool              // TLS from the first byte
	login    string            // user:password that is asked for; "": none
	answers  map[string]string // by command
	silent   string            // the command it never answers
	heard    chan session
}

// session is what one client did.
type session struct {
	commands []string
	secure   bool
	message  string
}

func startServer(t *testing.T, s *server) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	s.t, s.listener, s.heard = t, listener, make(chan session, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	var heard session
	if s.implicit {
		conn, heard.secure = tls.Server(conn, s.tls), true
	}
	defer func() { s.heard <- heard }()
	lines := bufio.NewReader(conn)
	say := func(text string) { fmt.Fprintf(conn, "%s\r\n", text) }
	if s.silent == "greeting" {
		io.Copy(io.Discard, conn)
		return
	}
	say("220 mail ready")
	known, loggedIn := false, s.login == ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		heard.commands = append(heard.commands, line)
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		verb, _, _ = strings.Cut(verb, ":")
		if verb == s.silent {
			io.Copy(io.Discard, conn)
			return
		}
		if answer := s.answers[verb]; answer != "" {
			say(answer)
			continue
		}
		switch {
		case verb == "EHLO":
			known = true
			say("250-mail")
			if s.tls != nil && !heard.secure {
				say("250-STARTTLS")
			}
			if s.login != "" {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case verb == "STARTTLS" && s.tls != nil:
			say("220 go on")
			conn, heard.secure, known = tls.Server(conn, s.tls), true, false
			lines = bufio.NewReader(conn)
		case verb == "AUTH":
			user, password, _ := strings.Cut(s.login, ":")
			if want := base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password)); line != "AUTH PLAIN "+want {
				say("535 5.7.8 wrong login for " + user)
				continue
			}
			loggedIn = true
			say("235 welcome")
		case verb == "QUIT":
			say("221 bye")
			return
		case !known || !loggedIn:
			say("503 not yet")
		case verb == "DATA":
			say("354 go on")
			heard.message = readMessage(lines)
			if answer := s.answers["."]; answer != "" {
				say(answer)
				continue
			}
			say("250 taken")
		default:
			say("250 fine")
		}
	}
}

func readMessage(lines *bufio.Reader) string {
	var message strings.Builder
	for {
		line, err := lines.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return message.String()
		}
		message.WriteString(strings.TrimPrefix(line, "."))
	}
}

// certify makes a certificate for mail.example.com and who trusts it.
func certify(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, DNSNames: []string{"mail.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	trusted, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(trusted)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: pool, ServerName: "mail.example.com"}
}

// sender reaches the server under whatever name url gives it.
func (s *server) sender(url string, client *tls.Config) *Sender {
	s.t.Helper()
	sender, err := New(Config{
		URL: url, From: "portal@portal.example", TLS: client, Timeout: 5 * time.Second,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", s.listener.Addr().String())
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sender
}

func TestAMailHasTheHeadersAMachinesLetterShouldHave(t *testing.T) {
	t.Parallel()
	s := startServer(t, &server{})
	l := letter("fr")
	if err := s.sender("smtp://127.0.0.1", nil).Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	heard := <-s.heard
	for _, want := range []string{"MAIL FROM:<portal@portal.example>", "RCPT TO:<kim@harbour.example>"} {
		if !strings.Contains(strings.Join(heard.commands, "\n"), want) {
			t.Errorf("the client never says %s: %q", want, heard.commands)
		}
	}
	message, err := netmail.ReadMessage(strings.NewReader(heard.message))
	if err != nil {
		t.Fatal(err)
	}
	header := message.Header
	subject, _ := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if subject != "Votre invitation\u00a0: Harbour IT" || header.Get("Auto-Submitted") != "auto-generated" || header.Get("Content-Language") != "fr" {
		t.Errorf("headers are %v", header)
	}
	if !strings.HasSuffix(header.Get("Message-ID"), "@portal.example>") || header.Get("From") != `"FS Client Portal" <portal@portal.example>` {
		t.Errorf("comes from %s as %s", header.Get("From"), header.Get("Message-ID"))
	}
	if _, err := header.Date(); err != nil {
		t.Error(err)
	}
	for _, never := range []string{"Reply-To", "List-Unsubscribe", "List-Id", "Bcc", "Cc", "X-Mailer", "User-Agent", "Precedence", "Disposition-Notification-To"} {
		if header.Get(never) != "" {
			t.Errorf("has the header %s", never)
		}
	}
	if strings.Contains(fmt.Sprint(header), l.Code) {
		t.Error("the code stands in a header")
	}
	parts := partsOf(t, message)
	if len(parts) != 2 || !strings.Contains(parts["text/plain"], l.Code) || !strings.Contains(parts["text/html"], "A1B2C-D3E4F-G5H6J-") {
		t.Errorf("the parts are %v", parts)
	}
}

func partsOf(t *testing.T, message *netmail.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("is %s: %v", kind, err)
	}
	parts := map[string]string{}
	for reader := multipart.NewReader(message.Body, params["boundary"]); ; {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = string(body)
	}
}

func TestNoNameReachesAHeaderButAsItsText(t *testing.T) {
	t.Parallel()
	s := startServer(t, &server{})
	sender := s.sender("smtp://127.0.0.1", nil)
	for _, name := range hostileNames {
		l := letter("en")
		l.Inviter, l.Node, l.MSSP = name, name, name
		if err := sender.Send(t.Context(), l); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		heard := <-s.heard
		if rcpt := strings.Count(strings.Join(heard.commands, "\n"), "RCPT"); rcpt != 1 {
			t.Errorf("%q makes %d recipients", name, rcpt)
		}
		message, err := netmail.ReadMessage(strings.NewReader(heard.message))
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
		if err != nil || message.Header.Get("Bcc") != "" || len(message.Header["Subject"]) != 1 || strings.Contains(subject, "\u202e") ||
			!strings.HasPrefix(subject, "Your invitation to") || message.Header.Get("To") != "<kim@harbour.example>" {
			t.Errorf("%q makes the header %v", name, message.Header)
		}
	}
}

func TestOutsideLoopbackTheMailIsEncryptedOrStays(t *testing.T) {
	t.Parallel()
	serverTLS, clientTLS := certify(t)
	_, others := certify(t)
	for name, row := range map[string]struct {
		server *server
		url    string
		client *tls.Config
		sent   bool
	}{
		"STARTTLS":                   {&server{tls: serverTLS}, "smtp://mail.example.com", clientTLS, true},
		"TLS from the first byte":    {&server{tls: serverTLS, implicit: true}, "smtps://mail.example.com", clientTLS, true},
		"TLS at once and a login":    {&server{tls: serverTLS, implicit: true, login: "u:p"}, "smtps://u:p@mail.example.com", clientTLS, true},
		"no STARTTLS":                {&server{}, "smtp://mail.example.com", clientTLS, false},
		"another's certificate":      {&server{tls: serverTLS}, "smtp://mail.example.com", others, false},
		"a login":                    {&server{tls: serverTLS, login: "u:p"}, "smtp://u:p@mail.example.com", clientTLS, true},
		"a wrong login":              {&server{tls: serverTLS, login: "u:p"}, "smtp://u:hidden@mail.example.com", clientTLS, false},
		"a login and no encryption":  {&server{login: "u:p"}, "smtp://u:hidden@mail.example.com", clientTLS, false},
		"this computer, unencrypted": {&server{}, "smtp://localhost", nil, true},
	} {
		s := startServer(t, row.server)
		err := s.sender(row.url, row.client).Send(t.Context(), letter("en"))
		heard := <-s.heard
		if (err == nil) != row.sent || (heard.message != "") != row.sent {
			t.Errorf("%s: %v, heard %q", name, err, heard.commands)
		}
		if heard.message != "" && !heard.secure && !strings.Contains(row.url, "localhost") {
			t.Errorf("%s: the mail was sent for all to read", name)
		}
		if !heard.secure && strings.Contains(strings.Join(heard.commands, "\n"), "AUTH") {
			t.Errorf("%s: the login was sent for all to read", name)
		}
		if err != nil && (strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "kim@")) {
			t.Errorf("%s: the error says too much: %v", name, err)
		}
	}
}

func TestWhatTheServerRefusesForGoodIsToldFromWhatMayGoBetter(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answers map[string]string
		status  int
		forGood bool
	}{
		"a full mailbox":        {map[string]string{"RCPT": "452 4.2.2 <kim@harbour.example> is full"}, 452, false},
		"greylisting":           {map[string]string{"RCPT": "451 4.7.1 later, kim@harbour.example"}, 451, false},
		"nobody of that name":   {map[string]string{"RCPT": "550 5.1.1 no kim@harbour.example"}, 550, true},
		"a sender it bars":      {map[string]string{"MAIL": "550 5.7.1 not you"}, 550, true},
		"content it bars":       {map[string]string{".": "554 5.7.1 looks like spam"}, 554, true},
		"a disk that is full":   {map[string]string{".": "452 4.3.1 no room"}, 452, false},
		"a client it greets so": {map[string]string{"EHLO": "421 4.3.2 closing", "HELO": "421 4.3.2 closing"}, 0, false},
	} {
		s := startServer(t, &server{answers: row.answers})
		err := s.sender("smtp://127.0.0.1", nil).Send(t.Context(), letter("en"))
		var failed *Failed
		if !errors.As(err, &failed) || failed.Status != row.status || failed.Undeliverable() != row.forGood {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), "kim") {
			t.Errorf("%s: the error names the recipient: %v", name, err)
		}
	}
}

func TestAServerThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	for _, silent := range []string{"greeting", "EHLO", "MAIL", "RCPT"} {
		s := startServer(t, &server{silent: silent})
		sender, err := New(Config{
			URL: "smtp://" + s.listener.Addr().String(), From: "portal@portal.example", Timeout: time.Hour, // for each answer
		})
		if err != nil {
			t.Fatal(err)
		}
		sender.timeout = 100 * time.Millisecond // for all of them
		ended := make(chan error, 1)
		go func() { ended <- sender.Send(context.Background(), letter("en")) }()
		if err := <-ended; err == nil {
			t.Errorf("a server silent after %s takes the mail", silent)
		}
	}
}

func TestUnusableMailSettingsAreNamed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ url, from, setting string }{
		{"http://mail.example.com", "portal@example.com", "PORTAL_SMTP_URL"},
		{"smtp://", "portal@example.com", "PORTAL_SMTP_URL"},
		{"smtp://mail.example.com/path", "portal@example.com", "PORTAL_SMTP_URL"},
		{"smtp://mail.example.com:99999", "portal@example.com", "PORTAL_SMTP_URL"},
		{"smtp://mail.example.com", "nobody", "PORTAL_MAIL_FROM"},
		{"smtp://mail.example.com", "", "PORTAL_MAIL_FROM"},
	} {
		_, err := New(Config{URL: row.url, From: row.from})
		var unusable *Unusable
		if !errors.As(err, &unusable) || unusable.Setting != row.setting {
			t.Errorf("%+v answers %v", row, err)
		}
	}
	if s, err := New(Config{URL: "smtps://u:p@mail.example.com:465", From: "Portal <portal@example.com>"}); err != nil || s.from.Name != "Portal" {
		t.Errorf("good settings answer %v", err)
	}
}

func TestTheSameMailHasTheSameIDAndAFreshCodeAnother(t *testing.T) {
	t.Parallel()
	s := &Sender{domain: "portal.example"}
	first, again, fresh := letter("en"), letter("de"), letter("en")
	fresh.Code = "B" + fresh.Code[1:]
	if s.messageID(first) != s.messageID(again) || s.messageID(first) == s.messageID(fresh) {
		t.Error("mails are not told apart by invite and code")
	}
}
