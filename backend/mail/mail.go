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

// Config sets the server and the sender.
type Config struct {
	// URL is smtps://user:password@host:465, or smtp://…:587, which requires STARTTLS outside loopback.
	URL  string
	From string
	// Timeout bounds a whole delivery, whatever the server does; 0: 20 seconds.
	Timeout time.Duration
	// Dial and TLS replace the defaults in tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	TLS  *tls.Config
}

// InvalidSetting is the error of a setting that cannot be used.
type InvalidSetting struct{ Setting, Reason string }

func (u *InvalidSetting) Error() string { return u.Setting + ": " + u.Reason }

// SendError is the error of a mail that the server did not accept.
type SendError struct {
	// Status is the code of the server's reply, 0 if there was no reply.
	Status int
	stage  string
}

func (f *SendError) Error() string {
	if f.Status == 0 {
		return "the mail server sent no valid reply " + f.stage
	}
	return fmt.Sprintf("the mail server replied %d %s", f.Status, f.stage)
}

// Undeliverable reports whether the server will never accept this mail: it permanently refused the recipient or the
// content.
func (f *SendError) Undeliverable() bool { return f.Status >= 550 && f.Status <= 559 }

// Sender sends mails, each over a connection of its own.
type Sender struct {
	host    string
	options []mail.Option
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	tls     *tls.Config // for TLS from the first byte; nil: STARTTLS or none
	from    netmail.Address
	domain  string
	timeout time.Duration
}

// New checks c; its error names the first invalid setting. It does not connect to the server.
func New(c Config) (*Sender, error) {
	server, err := url.Parse(c.URL)
	if err != nil || server.Hostname() == "" || server.Scheme != "smtp" && server.Scheme != "smtps" ||
		server.Path != "" || server.RawQuery != "" {
		return nil, &InvalidSetting{"PORTAL_SMTP_URL",
			"must be smtps://user:password@host:465, or smtp://user:password@host:587 with STARTTLS"}
	}
	from, err := netmail.ParseAddress(c.From)
	if err != nil || strings.ContainsAny(c.From, "\r\n") {
		return nil, &InvalidSetting{"PORTAL_MAIL_FROM", "must be an address such as portal@example.com"}
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
		return nil, &InvalidSetting{"PORTAL_SMTP_URL", "must have a port and a login that the mail client can use"}
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
		// The connection is encrypted from the first byte, so the client library must not start TLS itself.
		port, policy = 465, mail.TLSOpportunistic
	}
	options := []mail.Option{
		mail.WithTimeout(c.Timeout), mail.WithTLSPolicy(policy), mail.WithTLSConfig(c.TLS), mail.WithoutNoop(),
	}
	if set, err := strconv.Atoi(server.Port()); err == nil {
		port = set
	}
	options = append(options, mail.WithPort(port))
	if password, ok := server.User.Password(); ok {
		options = append(options,
			mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(server.User.Username()), mail.WithPassword(password))
	}
	return options
}

// Send mails an invite; a *SendError if the server did not accept it.
func (s *Sender) Send(ctx context.Context, m portal.InviteMail) error {
	p := newInviteContent(m)
	return s.mail(ctx, draft{to: m.Email, content: p.content, templates: inviteTemplates, data: p, id: s.messageID(m)})
}

// SendAlert mails an alert about a sync; a *SendError if the server did not accept it.
func (s *Sender) SendAlert(ctx context.Context, a portal.SyncAlert) error {
	p := newAlertContent(a)
	return s.mail(ctx, draft{to: a.Email, content: p.content, templates: alertTemplates, data: p, id: s.alertID(a)})
}

// draft is what a mail is composed of: the recipient, the content that is also used in headers, and the templates with
// their data.
type draft struct {
	to        string
	content   content
	templates templateSet
	data      any
	id        string
}

func (s *Sender) mail(ctx context.Context, d draft) error {
	message, err := s.message(d)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	conns := &smtpConns{sender: s, ctx: ctx}
	defer conns.close()
	options := append(s.options[:len(s.options):len(s.options)], mail.WithDialContextFunc(conns.open))
	client, err := mail.NewClient(s.host, options...)
	if err != nil {
		return &SendError{stage: "before anything was sent"}
	}
	if err := client.DialAndSendWithContext(ctx, message); err != nil && !message.IsDelivered() {
		return sendError(err)
	}
	return nil
}

// smtpConns are the connections of one delivery. The client library leaves a connection open if it fails before the
// mail, and its timeout starts anew with each reply, so that a slow server could hold a delivery for many times the
// timeout.
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

// sendError keeps the code of the server's reply and drops its text.
func sendError(err error) *SendError {
	var refused *mail.SendError
	if errors.As(err, &refused) {
		return &SendError{Status: refused.ErrorCode(), stage: "to the mail"}
	}
	return &SendError{stage: "before anything was sent"}
}

func (s *Sender) message(d draft) (*mail.Msg, error) {
	text, html, err := d.templates.write(d.data)
	if err != nil {
		return nil, fmt.Errorf("write mail: %w", err)
	}
	message := mail.NewMsg(mail.WithNoDefaultUserAgent())
	sender := s.from
	if sender.Name == "" {
		sender.Name = "FS Client Portal"
	}
	message.FromMailAddress(&sender)
	if err := message.To(d.to); err != nil {
		return nil, &SendError{Status: 553, stage: "for its recipient"}
	}
	message.Subject(d.content.Subject)
	message.SetDate()
	message.SetMessageIDWithValue(d.id)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("Content-Language", d.content.Lang)
	message.SetBodyString(mail.TypeTextPlain, text)
	message.AddAlternativeString(mail.TypeTextHTML, html)
	return message, nil
}

// messageID returns the same id for the same invite and code, so that a mail sent twice is one mail for its recipient.
func (s *Sender) messageID(m portal.InviteMail) string {
	return s.id("message id " + m.InviteID + " " + m.Code)
}

// alertID returns the same id for the same run and reader, for the same reason.
func (s *Sender) alertID(a portal.SyncAlert) string { return s.id("alert " + a.RunID + " " + a.Email) }

func (s *Sender) id(of string) string {
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:16]) + "@" + s.domain
}
