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

func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	var heard Session
	if s.config.Implicit {
		conn, heard.Secure = tls.Server(conn, s.config.TLS), true
	}
	defer func() { s.Heard <- heard }()
	lines := bufio.NewReader(conn)
	say := func(text string) { fmt.Fprintf(conn, "%s\r\n", text) }
	if s.config.Silent == "greeting" {
		io.Copy(io.Discard, conn)
		return
	}
	say("220 mail ready")
	known, loggedIn := false, s.config.Login == ""
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSuffix(line, "\r\n")
		heard.Commands = append(heard.Commands, line)
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		verb, _, _ = strings.Cut(verb, ":")
		if verb == s.config.Silent {
			io.Copy(io.Discard, conn)
			return
		}
		if answer := s.config.Answers[verb]; answer != "" {
			say(answer)
			continue
		}
		switch {
		case verb == "EHLO":
			known = true
			say("250-mail")
			if s.config.TLS != nil && !heard.Secure {
				say("250-STARTTLS")
			}
			if s.config.Login != "" {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case verb == "STARTTLS" && s.config.TLS != nil:
			say("220 go on")
			conn, heard.Secure, known = tls.Server(conn, s.config.TLS), true, false
			lines = bufio.NewReader(conn)
		case verb == "AUTH":
			user, password, _ := strings.Cut(s.config.Login, ":")
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
			heard.Message = readMessage(lines)
			if answer := s.config.Answers["."]; answer != "" {
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
