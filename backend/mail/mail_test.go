package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"mime"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"fs-client-portal/backend/testkit/mailserver"
	"fs-client-portal/backend/testkit/wait"
)

// certify returns a certificate for mail.example.com and a client that trusts it.
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

// senderTo returns a Sender that connects to the server under the name in url.
func senderTo(t *testing.T, s *mailserver.Server, url string, client *tls.Config) *Sender {
	t.Helper()
	sender, err := New(Config{
		URL: url, From: "portal@portal.example", TLS: client, Timeout: wait.Timeout(5 * time.Second),
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", s.Address)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

func TestSend(t *testing.T) {
	t.Parallel()
	t.Run("sets_headers_of_automatic_mail", testSendSetsHeadersOfAutomaticMail)
	t.Run("encodes_names_in_headers", testSendEncodesNamesInHeaders)
	t.Run("requires_TLS_outside_loopback", testSendRequiresTLSOutsideLoopback)
	t.Run("distinguishes_permanent_and_temporary_errors", testSendDistinguishesPermanentAndTemporaryErrors)
	t.Run("gives_up_on_a_hanging_server", testSendGivesUpOnAHangingServer)
	t.Run("repeats_the_message_ID_for_the_same_code", testSendRepeatsTheMessageIDForTheSameCode)
}

func testSendSetsHeadersOfAutomaticMail(t *testing.T) {
	t.Parallel()
	s := mailserver.Start(t, mailserver.Config{})
	l := letter("fr")
	if err := senderTo(t, s, "smtp://127.0.0.1", nil).Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	heard := s.Heard(t)
	for _, want := range []string{"MAIL FROM:<portal@portal.example>", "RCPT TO:<kim@harbour.example>"} {
		if !strings.Contains(strings.Join(heard.Commands, "\n"), want) {
			t.Errorf("the client did not send %s: %q", want, heard.Commands)
		}
	}
	message, err := netmail.ReadMessage(strings.NewReader(heard.Message))
	if err != nil {
		t.Fatal(err)
	}
	header := message.Header
	subject, _ := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if subject != "Votre invitation\u00a0: Harbour IT" || header.Get("Auto-Submitted") != "auto-generated" ||
		header.Get("Content-Language") != "fr" {
		t.Errorf("got headers %v", header)
	}
	if !strings.HasSuffix(header.Get("Message-ID"), "@portal.example>") ||
		header.Get("From") != `"FS Client Portal" <portal@portal.example>` {
		t.Errorf("got From %s and Message-ID %s", header.Get("From"), header.Get("Message-ID"))
	}
	if _, err := header.Date(); err != nil {
		t.Error(err)
	}
	for _, never := range []string{
		"Reply-To", "List-Unsubscribe", "List-Id", "Bcc", "Cc", "X-Mailer", "User-Agent", "Precedence", "Disposition-Notification-To",
	} {
		if header.Get(never) != "" {
			t.Errorf("has the header %s", never)
		}
	}
	if strings.Contains(fmt.Sprint(header), l.Code) {
		t.Error("the code is in a header")
	}
	parts := heard.Parts(t)
	if len(parts) != 2 || !strings.Contains(parts["text/plain"], l.Code) || !strings.Contains(parts["text/html"], "A1B2C-D3E4F-G5H6J-") {
		t.Errorf("got parts %v", parts)
	}
}

func testSendEncodesNamesInHeaders(t *testing.T) {
	t.Parallel()
	s := mailserver.Start(t, mailserver.Config{})
	sender := senderTo(t, s, "smtp://127.0.0.1", nil)
	for _, name := range hostileNames {
		l := letter("en")
		l.Inviter, l.Node, l.MSSP = name, name, name
		if err := sender.Send(t.Context(), l); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		heard := s.Heard(t)
		if rcpt := strings.Count(strings.Join(heard.Commands, "\n"), "RCPT"); rcpt != 1 {
			t.Errorf("%q makes %d recipients", name, rcpt)
		}
		message, err := netmail.ReadMessage(strings.NewReader(heard.Message))
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

func testSendRequiresTLSOutsideLoopback(t *testing.T) {
	t.Parallel()
	serverTLS, clientTLS := certify(t)
	_, others := certify(t)
	for name, row := range map[string]struct {
		server mailserver.Config
		url    string
		client *tls.Config
		sent   bool
	}{
		"STARTTLS":                {mailserver.Config{TLS: serverTLS}, "smtp://mail.example.com", clientTLS, true},
		"TLS from the first byte": {mailserver.Config{TLS: serverTLS, Implicit: true}, "smtps://mail.example.com", clientTLS, true},
		"TLS at once and a login": {
			mailserver.Config{TLS: serverTLS, Implicit: true, Login: "u:p"}, "smtps://u:p@mail.example.com", clientTLS, true,
		},
		"no STARTTLS":                {mailserver.Config{}, "smtp://mail.example.com", clientTLS, false},
		"another's certificate":      {mailserver.Config{TLS: serverTLS}, "smtp://mail.example.com", others, false},
		"a login":                    {mailserver.Config{TLS: serverTLS, Login: "u:p"}, "smtp://u:p@mail.example.com", clientTLS, true},
		"a wrong login":              {mailserver.Config{TLS: serverTLS, Login: "u:p"}, "smtp://u:hidden@mail.example.com", clientTLS, false},
		"a login and no encryption":  {mailserver.Config{Login: "u:p"}, "smtp://u:hidden@mail.example.com", clientTLS, false},
		"this computer, unencrypted": {mailserver.Config{}, "smtp://localhost", nil, true},
	} {
		s := mailserver.Start(t, row.server)
		err := senderTo(t, s, row.url, row.client).Send(t.Context(), letter("en"))
		heard := s.Heard(t)
		if (err == nil) != row.sent || (heard.Message != "") != row.sent {
			t.Errorf("%s: %v, heard %q", name, err, heard.Commands)
		}
		if heard.Message != "" && !heard.Secure && !strings.Contains(row.url, "localhost") {
			t.Errorf("%s: the mail was sent unencrypted", name)
		}
		if !heard.Secure && slices.Contains(heard.Commands, "AUTH") {
			t.Errorf("%s: the login was sent unencrypted", name)
		}
		if err != nil && (strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "kim@")) {
			t.Errorf("%s: the error contains a secret: %v", name, err)
		}
	}
}

func refusal(code, class, subject, detail int, message string) smtp.SMTPError {
	return smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{class, subject, detail}, Message: message}
}

func testSendDistinguishesPermanentAndTemporaryErrors(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		command  string
		refusal  smtp.SMTPError
		forGood  bool
		unsorted bool // the library does not tell the status of a refused greeting
	}{
		"a full mailbox":        {command: "RCPT", refusal: refusal(452, 4, 2, 2, "<kim@harbour.example> is full")},
		"greylisting":           {command: "RCPT", refusal: refusal(451, 4, 7, 1, "later, kim@harbour.example")},
		"unknown recipient":     {command: "RCPT", refusal: refusal(550, 5, 1, 1, "no kim@harbour.example"), forGood: true},
		"a sender it bars":      {command: "MAIL", refusal: refusal(550, 5, 7, 1, "not you"), forGood: true},
		"content it bars":       {command: ".", refusal: refusal(554, 5, 7, 1, "looks like spam"), forGood: true},
		"a disk that is full":   {command: ".", refusal: refusal(452, 4, 3, 1, "no room")},
		"a client it greets so": {command: "EHLO", refusal: refusal(421, 4, 3, 2, "closing"), unsorted: true},
	} {
		status := row.refusal.Code
		if row.unsorted {
			status = 0
		}
		s := mailserver.Start(t, mailserver.Config{Refusals: map[string]smtp.SMTPError{row.command: row.refusal}})
		err := senderTo(t, s, "smtp://127.0.0.1", nil).Send(t.Context(), letter("en"))
		var failed *SendError
		if !errors.As(err, &failed) || failed.Status != status || failed.Undeliverable() != row.forGood {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), "kim") {
			t.Errorf("%s: the error names the recipient: %v", name, err)
		}
	}
}

func testSendGivesUpOnAHangingServer(t *testing.T) {
	t.Parallel()
	for _, silent := range []string{"greeting", "EHLO", "MAIL", "RCPT"} {
		s := mailserver.Start(t, mailserver.Config{Silent: silent})
		sender, err := New(Config{
			URL: "smtp://" + s.Address, From: "portal@portal.example", Timeout: time.Hour, // for each response
		})
		if err != nil {
			t.Fatal(err)
		}
		sender.timeout = 100 * time.Millisecond // for all of them
		ended := make(chan error, 1)
		go func() { ended <- sender.Send(context.Background(), letter("en")) }()
		if err := wait.For(t, time.Minute, "the sender to give up", ended); err == nil {
			t.Errorf("got no error from a server that is silent after %s", silent)
		}
	}
}

func TestSettings(t *testing.T) {
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
		var unusable *InvalidSetting
		if !errors.As(err, &unusable) || unusable.Setting != row.setting {
			t.Errorf("%+v: got error %v", row, err)
		}
	}
	if s, err := New(
		Config{URL: "smtps://u:p@mail.example.com:465", From: "Portal <portal@example.com>"},
	); err != nil ||
		s.from.Name != "Portal" {
		t.Errorf("valid settings: got error %v, want nil", err)
	}
}

func testSendRepeatsTheMessageIDForTheSameCode(t *testing.T) {
	t.Parallel()
	s := &Sender{domain: "portal.example"}
	first, again, fresh := letter("en"), letter("de"), letter("en")
	fresh.Code = "B" + fresh.Code[1:]
	if s.messageID(first) != s.messageID(again) || s.messageID(first) == s.messageID(fresh) {
		t.Error("got the same message id for another invite or code")
	}
}
