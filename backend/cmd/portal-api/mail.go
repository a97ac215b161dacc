package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
)

// mailer sends invites by SMTP.
type mailer struct {
	client *mail.Client
	from   string
}

// newMailer reads PORTAL_SMTP_URL and PORTAL_MAIL_FROM; nil without the former. Outside loopback it insists on TLS.
func newMailer(smtpURL, from string) (httpapi.Mailer, error) {
	if smtpURL == "" {
		return nil, nil
	}
	parsed, err := url.Parse(smtpURL)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "smtp" && parsed.Scheme != "smtps" {
		return nil, unusable{"PORTAL_SMTP_URL", "should be smtps://user:password@host:465, or smtp://user:password@host:587 with STARTTLS"}
	}
	if mail.NewMsg().From(from) != nil {
		return nil, unusable{"PORTAL_MAIL_FROM", "should be an address such as portal@example.com"}
	}
	client, err := mail.NewClient(parsed.Hostname(), mailOptions(parsed)...)
	if err != nil {
		return nil, badSetting("PORTAL_SMTP_URL", err)
	}
	return mailer{client, from}, nil
}

func mailOptions(server *url.URL) []mail.Option {
	options := []mail.Option{mail.WithTimeout(10 * time.Second), mail.WithTLSPolicy(mail.TLSMandatory)}
	if loopback(server.Hostname()) {
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	}
	if server.Scheme == "smtps" {
		options = append(options, mail.WithSSL())
	}
	if port, err := strconv.Atoi(server.Port()); err == nil {
		options = append(options, mail.WithPort(port))
	}
	if password, ok := server.User.Password(); ok {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(server.User.Username()), mail.WithPassword(password))
	}
	return options
}

// SendInvite mails the code to the address invited. The code is asked for only where the sign-in itself does not prove
// whose the address is.
func (m mailer) SendInvite(ctx context.Context, invite portal.Invite, code string) error {
	message := mail.NewMsg()
	if err := message.From(m.from); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	if err := message.To(invite.Email); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	provider := map[portal.ProviderID]string{portal.Google: "Google", portal.Entra: "Microsoft"}[invite.Provider]
	message.Subject("You are invited to FS Client Portal")
	message.SetBodyString(mail.TypeTextPlain, fmt.Sprintf(`Hello,

%s invites you to FS Client Portal.

1. Open FS Client Portal on your computer.
2. Choose "Sign in with %s" and sign in as %s.
3. If the app asks for an invite code, enter:

   %s

The invite is good until %s.
If you did not expect this mail, ignore it: nothing happens without the code.
`, invite.InvitedBy, provider, invite.Email, code, invite.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC")))
	return m.client.DialAndSendWithContext(ctx, message)
}
