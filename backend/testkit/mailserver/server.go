// Package mailserver is a strict SMTP server on loopback for tests.
package mailserver

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"fs-client-portal/backend/testkit/wait"
)

// maxMessage is the maximum size of a message.
const maxMessage = 1 << 20

// Config is how a server behaves.
type Config struct {
	TLS      *tls.Config // offered as STARTTLS; nil: not offered
	Implicit bool        // TLS from the first byte
	Login    string      // the required user:password, even without TLS; "": none
	// Refusals are sent instead of success, by command: EHLO, MAIL, RCPT, or "." for the end of a message.
	Refusals map[string]smtp.SMTPError
	Silent   string // the command without a response: EHLO, MAIL or RCPT; "greeting": no command gets one
}

// Server accepts commands in the correct order only.
type Server struct {
	Address string

	heard  chan Session // receives the session of each client when it has disconnected
	config Config
	done   chan struct{} // closed at the end of the test
}

// Session is what a client sent.
type Session struct {
	Commands []string // AUTH, MAIL FROM:<…>, RCPT TO:<…> and DATA
	Secure   bool     // whether the last of them was encrypted
	Message  string
}

// Start serves until the test ends.
func Start(t *testing.T, c Config) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: listener.Addr().String(), heard: make(chan Session, 100), config: c, done: make(chan struct{})}
	server := smtp.NewServer(smtp.BackendFunc(s.begin))
	server.TLSConfig, server.AllowInsecureAuth, server.MaxMessageBytes = c.TLS, true, maxMessage
	server.ErrorLog = log.New(io.Discard, "", 0)
	listener = listening{listener, s}
	if c.Implicit {
		listener = tls.NewListener(listener, c.TLS)
	}
	if c.Silent != "greeting" {
		go server.Serve(listener) //nolint:errcheck // it ends by Close
	}
	t.Cleanup(func() {
		close(s.done)
		server.Close()
		listener.Close()
	})
	return s
}

// Heard returns the session of the next client that disconnects.
func (s *Server) Heard(t testing.TB) Session {
	t.Helper()
	return wait.For(t, time.Minute, "a client of the mail server to disconnect", s.heard)
}

// listening wraps connections to record what they receive.
type listening struct {
	net.Listener
	server *Server
}

func (l listening) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &client{Conn: conn, server: l.server, loggedIn: l.server.config.Login == ""}, nil
}

// client is one client's connection, and its session before and after STARTTLS.
type client struct {
	net.Conn
	server   *Server
	loggedIn bool
	gone     sync.Once

	mu    sync.Mutex
	heard Session
}

func (c *client) Close() error {
	defer c.gone.Do(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.server.heard <- c.heard
	})
	return c.Conn.Close()
}

func (s *Server) begin(conn *smtp.Conn) (smtp.Session, error) {
	raw := conn.Conn()
	encrypted, secure := raw.(*tls.Conn)
	if secure {
		raw = encrypted.NetConn()
	}
	c := raw.(*client)
	c.mu.Lock()
	c.heard.Secure = secure
	c.mu.Unlock()
	return c, s.respond("EHLO")
}

// respond returns the refusal of a command. For the silent command it waits until the test ends.
func (s *Server) respond(command string) error {
	if command == s.config.Silent {
		<-s.done
	}
	if refusal, ok := s.config.Refusals[command]; ok {
		return &refusal
	}
	return nil
}

func (c *client) record(command string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard.Commands = append(c.heard.Commands, command)
}

// AuthMechanisms are offered in the response to EHLO.
func (c *client) AuthMechanisms() []string {
	if c.server.config.Login == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth accepts the configured login.
func (c *client) Auth(string) (sasl.Server, error) {
	c.record("AUTH")
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user+":"+password != c.server.config.Login {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong login for " + user}
		}
		c.loggedIn = true
		return nil
	}), nil
}

// Mail accepts a sender who is logged in, where a login is required.
func (c *client) Mail(from string, _ *smtp.MailOptions) error {
	c.record("MAIL FROM:<" + from + ">")
	if !c.loggedIn {
		return smtp.ErrAuthRequired
	}
	return c.server.respond("MAIL")
}

// Rcpt accepts any recipient.
func (c *client) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.record("RCPT TO:<" + to + ">")
	return c.server.respond("RCPT")
}

// Data records the message.
func (c *client) Data(r io.Reader) error {
	c.record("DATA")
	message, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.heard.Message = string(message)
	c.mu.Unlock()
	return c.server.respond(".")
}

// Reset does nothing: the session is delivered when the connection ends.
func (c *client) Reset() {}

// Logout is also called before TLS starts.
func (c *client) Logout() error { return nil }

// Parts returns the texts of a message by their type: text/plain and text/html.
func (s Session) Parts(t *testing.T) map[string]string {
	t.Helper()
	message, err := netmail.ReadMessage(strings.NewReader(s.Message))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("got the content type %s, %v, want multipart/alternative", kind, err)
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
