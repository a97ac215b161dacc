// Package mailserver is a strict SMTP server on loopback for tests.
package mailserver

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
)

// Config says how a server behaves.
type Config struct {
	TLS      *tls.Config       // offered as STARTTLS; nil: not offered
	Implicit bool              // TLS from the first byte
	Login    string            // user:password that is asked for; "": none
	Answers  map[string]string // what is said instead, by command; "." is the end of a message
	Silent   string            // the command that is never answered; "greeting": nothing is
}

// Server takes commands in their order only.
type Server struct {
	Address string
	// Heard has what each client did, once it is gone.
	Heard chan Session

	config Config
}

// Session is what one client did.
type Session struct {
	Commands []string
	Secure   bool
	Message  string
}

// Start serves until the test ends.
func Start(t *testing.T, c Config) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	s := &Server{Address: listener.Addr().String(), Heard: make(chan Session, 10), config: c}
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

// talk is one client's connection.
type talk struct {
	*Server
	net.Conn
	lines           *bufio.Reader
	known, loggedIn bool
	heard           Session
}

func (s *Server) serve(conn net.Conn) {
	t := &talk{Server: s, Conn: conn, loggedIn: s.config.Login == ""}
	if s.config.Implicit {
		t.Conn, t.heard.Secure = tls.Server(conn, s.config.TLS), true
	}
	defer conn.Close()
	defer func() { s.Heard <- t.heard }()
	t.lines = bufio.NewReader(t.Conn)
	if s.config.Silent == "greeting" {
		t.neverAnswer()
		return
	}
	t.say("220 mail ready")
	for {
		line, err := t.lines.ReadString('\n')
		if err != nil {
			return
		}
		if over := t.answer(strings.TrimSuffix(line, "\r\n")); over {
			return
		}
	}
}

func (t *talk) say(text string) { fmt.Fprintf(t, "%s\r\n", text) }

func (t *talk) neverAnswer() { _, _ = io.Copy(io.Discard, t) }

// answer answers a command; over is whether that was the last.
func (t *talk) answer(line string) (over bool) {
	t.heard.Commands = append(t.heard.Commands, line)
	verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
	verb, _, _ = strings.Cut(verb, ":")
	switch answer := t.config.Answers[verb]; {
	case verb == t.config.Silent:
		t.neverAnswer()
		return true
	case answer != "":
		t.say(answer)
	case verb == "EHLO":
		t.greet()
	case verb == "STARTTLS" && t.config.TLS != nil:
		t.say("220 go on")
		t.Conn, t.heard.Secure, t.known = tls.Server(t.Conn, t.config.TLS), true, false
		t.lines = bufio.NewReader(t.Conn)
	case verb == "AUTH":
		t.logIn(line)
	case verb == "QUIT":
		t.say("221 bye")
		return true
	case !t.known || !t.loggedIn:
		t.say("503 not yet")
	case verb == "DATA":
		t.take()
	default:
		t.say("250 fine")
	}
	return false
}

func (t *talk) greet() {
	t.known = true
	t.say("250-mail")
	if t.config.TLS != nil && !t.heard.Secure {
		t.say("250-STARTTLS")
	}
	if t.config.Login != "" {
		t.say("250-AUTH PLAIN")
	}
	t.say("250 8BITMIME")
}

func (t *talk) logIn(line string) {
	user, password, _ := strings.Cut(t.config.Login, ":")
	if line != "AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00"+user+"\x00"+password)) {
		t.say("535 5.7.8 wrong login for " + user)
		return
	}
	t.loggedIn = true
	t.say("235 welcome")
}

func (t *talk) take() {
	t.say("354 go on")
	t.heard.Message = readMessage(t.lines)
	if answer := t.config.Answers["."]; answer != "" {
		t.say(answer)
		return
	}
	t.say("250 taken")
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

// Parts answers the texts of a message by their type: text/plain and text/html.
func (s Session) Parts(t *testing.T) map[string]string {
	t.Helper()
	message, err := netmail.ReadMessage(strings.NewReader(s.Message))
	if err != nil {
		t.Fatal(err)
	}
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
