// Package mail writes the portal's mails, of an invite and about a sync, and hands them to an SMTP server.
//
// A mail is one letter in two forms, text and HTML, in the language of its reader; it loads nothing and reports
// nothing back. Every name in it is somebody else's to choose, so none reaches a header but as one short encoded line,
// and none the HTML but escaped. Errors say what the server answered by its number only: its words repeat addresses.
package mail

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"fs-client-portal/backend/portal"
)

// Config names the server and the sender.
type Config struct {
	// URL is smtps://user:password@host:465, or smtp://…:587, which outside loopback insists on STARTTLS.
	URL  string
	From string
	// Timeout bounds a whole delivery, whatever the server does; 0: 20 seconds.
	Timeout time.Duration
	// Dial and TLS replace the network's own; for tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	TLS  *tls.Config
}

// InvalidSetting is a setting that cannot be used.
type InvalidSetting struct{ Setting, Reason string }

func (u *InvalidSetting) Error() string { return u.Setting + ": " + u.Reason }

// SendError is a mail that was not taken.
type SendError struct {
	// Status is what the server answered, 0 where there was no answer.
	Status int
	stage  string
}

func (f *SendError) Error() string {
	if f.Status == 0 {
		return "the mail server gave no usable answer " + f.stage
	}
	return fmt.Sprintf("the mail server answered %d %s", f.Status, f.stage)
}

// Undeliverable reports whether the server will never take this mail: it refused the recipient or the content for good.
func (f *SendError) Undeliverable() bool { return f.Status >= 550 && f.Status <= 559 }

// Sender sends mails one by one, each over a connection of its own.
type Sender struct {
	host    string
	options []mail.Option
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	tls     *tls.Config // from the first byte; nil: not so
	from    netmail.Address
	domain  string
	timeout time.Duration
}

// New checks c and names the setting that is unusable; it does not call the server.
func New(c Config) (*Sender, error) {
	server, err := url.Parse(c.URL)
	if err != nil || server.Hostname() == "" || server.Scheme != "smtp" && server.Scheme != "smtps" || server.Path != "" || server.RawQuery != "" {
		return nil, &InvalidSetting{"PORTAL_SMTP_URL", "should be smtps://user:password@host:465, or smtp://user:password@host:587 with STARTTLS"}
	}
	from, err := netmail.ParseAddress(c.From)
	if err != nil || strings.ContainsAny(c.From, "\r\n") {
		return nil, &InvalidSetting{"PORTAL_MAIL_FROM", "should be an address such as portal@example.com"}
	}
	if c.Timeout <= 0 {
		c.Timeout = 20 * time.Second
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	if c.TLS == nil {
		c.TLS = &tls.Config{ServerName: server.Hostname(), MinVersion: tls.VersionTLS12}
	}
	s := &Sender{
		host: server.Hostname(), options: options(server, c), dial: c.Dial, from: *from, timeout: c.Timeout,
		domain: from.Address[strings.LastIndexByte(from.Address, '@')+1:],
	}
	if server.Scheme == "smtps" {
		s.tls = c.TLS
	}
	if _, err := mail.NewClient(s.host, s.options...); err != nil {
		return nil, &InvalidSetting{"PORTAL_SMTP_URL", "should name a port and a login the mail client can use"}
	}
	return s, nil
}

func options(server *url.URL, c Config) []mail.Option {
	policy := mail.TLSMandatory
	if portal.Loopback(server.Hostname()) {
		policy = mail.TLSOpportunistic
	}
	port := 25
	if server.Scheme == "smtps" {
		// Our own connection is encrypted from the first byte; the client library then has nothing to begin.
		port, policy = 465, mail.TLSOpportunistic
	}
	options := []mail.Option{mail.WithTimeout(c.Timeout), mail.WithTLSPolicy(policy), mail.WithTLSConfig(c.TLS), mail.WithoutNoop()}
	if set, err := strconv.Atoi(server.Port()); err == nil {
		port = set
	}
	options = append(options, mail.WithPort(port))
	if password, ok := server.User.Password(); ok {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(server.User.Username()), mail.WithPassword(password))
	}
	return options
}

// Send mails a letter; a SendError where the server did not take it.
func (s *Sender) Send(ctx context.Context, l portal.InviteMail) error {
	p := newInviteContent(l)
	return s.mail(ctx, draft{to: l.Email, content: p.content, templates: inviteTemplates, filled: p, id: s.messageID(l)})
}

// SendAlert mails what an admin is to know of a sync; a SendError where the server did not take it.
func (s *Sender) SendAlert(ctx context.Context, a portal.SyncAlert) error {
	p := newAlertContent(a)
	return s.mail(ctx, draft{to: a.Email, content: p.content, templates: alertTemplates, filled: p, id: s.alertID(a)})
}

// draft is a mail before it is one: to whom, what of it reaches headers, and what fills its form in.
type draft struct {
	to        string
	content   content
	templates templateSet
	filled    any
	id        string
}

func (s *Sender) mail(ctx context.Context, l draft) error {
	message, err := s.message(l)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	conns := &smtpConns{sender: s, ctx: ctx}
	defer conns.close()
	client, err := mail.NewClient(s.host, append(s.options[:len(s.options):len(s.options)], mail.WithDialContextFunc(conns.open))...)
	if err != nil {
		return &SendError{stage: "before anything was sent"}
	}
	if err := client.DialAndSendWithContext(ctx, message); err != nil && !message.IsDelivered() {
		return sendError(err)
	}
	return nil
}

// smtpConns are what a delivery opens: the client library leaves a connection open that fails before the mail, and
// waits for each answer anew, so that a slow server could hold it for many times the timeout.
type smtpConns struct {
	sender *Sender
	ctx    context.Context
	opened []net.Conn
	stop   []func() bool
}

func (c *smtpConns) open(_ context.Context, network, address string) (net.Conn, error) {
	conn, err := c.sender.dial(c.ctx, network, address)
	if err != nil {
		return nil, err
	}
	if c.sender.tls != nil {
		conn = tls.Client(conn, c.sender.tls)
	}
	c.opened = append(c.opened, conn)
	c.stop = append(c.stop, context.AfterFunc(c.ctx, func() { conn.Close() }))
	return conn, nil
}

func (c *smtpConns) close() {
	for i, conn := range c.opened {
		c.stop[i]()
		conn.Close()
	}
}

// failed keeps the number of an answer and drops its words.
func sendError(err error) *SendError {
	var refused *mail.SendError
	if errors.As(err, &refused) {
		return &SendError{Status: refused.ErrorCode(), stage: "to the mail"}
	}
	return &SendError{stage: "before anything was sent"}
}

func (s *Sender) message(l draft) (*mail.Msg, error) {
	text, html, err := l.templates.write(l.filled)
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	sender := s.from
	if sender.Name == "" {
		sender.Name = "FS Client Portal"
	}
	message.FromMailAddress(&sender)
	if err := message.To(l.to); err != nil {
		return nil, &SendError{Status: 553, stage: "for its recipient"}
	}
	message.Subject(l.content.Subject)
	message.SetDate()
	message.SetMessageIDWithValue(l.id)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("Content-Language", l.content.Lang)
	message.SetBodyString(mail.TypeTextPlain, text)
	message.AddAlternativeString(mail.TypeTextHTML, html)
	return message, nil
}

// messageID is the same for the same invite and code, so that a mail sent twice is one mail to its recipient.
func (s *Sender) messageID(l portal.InviteMail) string {
	return s.id("message id " + l.InviteID + " " + l.Code)
}

// alertID is the same for the same run and reader, for the same reason.
func (s *Sender) alertID(a portal.SyncAlert) string { return s.id("alert " + a.RunID + " " + a.Email) }

func (s *Sender) id(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:16]) + "@" + s.domain
}
