package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/mail"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

type migrateCommand struct {
	database
	Up     migrateUp     `cmd:"" help:"Apply pending migrations; safe to run concurrently."`
	Status migrateStatus `cmd:"" help:"List the migrations and when each was applied."`
}

type (
	migrateUp     struct{}
	migrateStatus struct{}
)

func (migrateUp) Run(ctx context.Context, c *cli) error {
	db, err := c.Migrate.open(ctx)
	if err != nil {
		return err
	}
	db.Close()
	applied, err := postgres.Migrate(ctx, c.Migrate.DatabaseURL)
	if err != nil {
		return err
	}
	if err := postgres.SetProducts(ctx, c.Migrate.DatabaseURL, products()); err != nil {
		return err
	}
	return printJSON(applied)
}

func (migrateStatus) Run(ctx context.Context, c *cli) error {
	db, err := c.Migrate.open(ctx)
	if err != nil {
		return err
	}
	db.Close()
	all, err := postgres.MigrationStatus(ctx, c.Migrate.DatabaseURL)
	if err != nil {
		return err
	}
	return printJSON(all)
}

type bootstrapCommand struct {
	database
	smtp
	MSSP     string `required:"" name:"mssp" help:"Name of the MSSP."`
	Admin    string `required:"" help:"E-mail address of the first admin."`
	Provider string `required:"" enum:"google,entra" help:"Identity provider of the admin: google or entra."`
	Domain   string `help:"Google Workspace domain (hd), or the e-mail domain of the Entra ID tenant."`
	Tenant   string `help:"Entra ID tenant of the admin."`
	Tenants  string `name:"entra-tenants" env:"PORTAL_ENTRA_TENANTS" help:"${entra_tenants}"`
	Language string `help:"Language of the e-mail, such as de (default: English)."`
	TimeZone string `name:"time-zone" default:"UTC" help:"Time zone of the MSSP, such as Europe/Copenhagen."`
}

func (b bootstrapCommand) Run(ctx context.Context) error {
	invite, err := identity.CheckInvite(portal.NewInvite{
		Email: b.Admin, Role: portal.MSSPAdmin, Provider: portal.ProviderID(b.Provider),
		Domain: b.Domain, Tenant: b.Tenant, Language: b.Language,
	}, splitList(b.Tenants))
	if err != nil {
		return badSetting("bootstrap", err)
	}
	if err := portal.CheckTimeZone(b.TimeZone); err != nil {
		return badSetting("--time-zone", err)
	}
	mails, err := b.sender()
	if err != nil {
		return err
	}
	db, err := b.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	inviteID := postgres.NewID()
	code, hash := identity.NewInviteCode()
	msspID, expiresAt, err := db.Bootstrap(ctx, b.MSSP, b.TimeZone, inviteID, invite, hash)
	if err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	mailed := mails != nil && b.mail(ctx, db, mails, msspID, portal.InviteMail{
		InviteID: inviteID, Email: invite.Email, Language: invite.Language, Node: b.MSSP, MSSP: b.MSSP,
		Provider: invite.Provider, ExpiresAt: expiresAt, Code: code,
	})
	return printJSON(map[string]any{"mssp_id": msspID, "invite_id": inviteID, "code": code, "mailed": mailed})
}

// mail sends the first admin's invite at once, because no server needs to be running yet and the output tells the
// operator whether to pass on the code.
func (b bootstrapCommand) mail(
	ctx context.Context, db *postgres.DB, mails *mail.Sender, msspID string, letter portal.InviteMail,
) (mailed bool) {
	state := portal.MailSent
	if err := mails.Send(ctx, letter); err != nil {
		fmt.Fprintln(os.Stderr, "portal-api: the invite could not be e-mailed:", err)
		state = portal.MailFailed
	}
	if err := db.SetInviteMailState(ctx, msspID, letter.InviteID, nil, state); err != nil {
		fmt.Fprintln(os.Stderr, "portal-api: the state of the e-mail could not be saved:", err)
	}
	return state == portal.MailSent
}

type productCommand struct {
	Add productAdd `cmd:"" help:"Connect an MSSP to a product; print the connection as JSON."`
}

type productAdd struct {
	database
	secret
	MSSP       string `required:"" name:"mssp" help:"Id of the MSSP."`
	Product    string `help:"Id of the product (default: the only one)."`
	CustomerID string `required:"" help:"The MSSP's own customer id at the product."`
	BaseURL    string `name:"base-url" help:"URL before /customers?customerId=N (default: the product's)."`
	APIKeyFile string `required:"" name:"api-key-file" help:"File that contains the API key."`
}

func (p productAdd) Run(ctx context.Context) error {
	if err := checkPrivate("--api-key-file", p.APIKeyFile); err != nil {
		return err
	}
	key, err := os.ReadFile(p.APIKeyFile)
	if err != nil {
		return badSetting("--api-key-file", err)
	}
	key = bytes.TrimSpace(key)
	connection, err := p.connection(string(key))
	if err != nil {
		return badSetting("product add", err)
	}
	sealer, err := p.sealer()
	if err != nil {
		return err
	}
	db, err := p.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	connection.APIKeySealed = sealer.Seal(key, customersync.APIKeyContext(connection))
	if err := db.AddConnection(ctx, connection); err != nil {
		return fmt.Errorf("product add: %w", err)
	}
	return printJSON(map[string]string{"mssp_product_id": connection.ID})
}

// connection checks the settings with the product's connector.
func (p productAdd) connection(key string) (portal.Connection, error) {
	chosen, err := connectorOf(connectors(), p.Product)
	if err != nil {
		return portal.Connection{}, err
	}
	product := chosen.Product()
	c := portal.Connection{
		ID: postgres.NewID(), MSSPID: p.MSSP, ProductID: product.ID, CustomerID: p.CustomerID, BaseURL: p.BaseURL,
		APIKeyLast4: portal.LastFour(key),
	}
	if c.BaseURL == "" {
		c.BaseURL = product.BaseURL
	}
	return c, chosen.Check(connector.SettingsOf(c), key)
}

type syncCommand struct {
	database
	secret
	heimdalRate
	syncRules
	MSSP   string `required:"" name:"mssp" help:"Id of the MSSP."`
	Record string `placeholder:"FILE" help:"${record}"`
}

func (s syncCommand) Run(ctx context.Context) error {
	if err := s.check(); err != nil {
		return err
	}
	if err := s.checkRules(); err != nil {
		return err
	}
	sealer, err := s.sealer()
	if err != nil {
		return err
	}
	db, err := s.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	recording, err := newRecording(s.Record)
	if err != nil {
		return badSetting("--record", err)
	}
	return recording.finish(s.sync(ctx, db, sealer, recording))
}

func (s syncCommand) sync(ctx context.Context, db *postgres.DB, sealer customersync.Sealer, recording *recording) error {
	service, err := customersync.New(db, sealer, customersync.Config{
		Connectors: connectors(), Rates: s.rates(), Rules: s.rules(), Takeover: s.SyncTakeover, Log: newLog(0),
		Record: recording.writer(),
	})
	if err != nil {
		return err
	}
	run, err := service.RunNow(ctx, s.MSSP, func(run portal.SyncRun) { fmt.Fprintln(os.Stderr, progressLine(run)) })
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	if err := printJSON(run); err != nil {
		return err
	}
	return runError(run)
}

// runError returns the error for a run that is not complete.
func runError(run portal.SyncRun) error {
	switch run.Status {
	case portal.RunComplete:
		return nil
	case portal.RunPartial:
		return fmt.Errorf("%w: %s", errPartial, resellerNames(run.Unread))
	}
	if run.Error != nil {
		return fmt.Errorf("%w: %s", errIncomplete, *run.Error)
	}
	return errIncomplete
}

func resellerNames(unread []portal.UnreadReseller) string {
	names := make([]string, len(unread))
	for i, u := range unread {
		names[i] = fmt.Sprintf("%s (%s)", u.Name, u.ExternalID)
	}
	return strings.Join(names, ", ")
}

// progressLine returns the progress of a run in one line.
func progressLine(run portal.SyncRun) string {
	line := fmt.Sprintf("%s: %d calls, %d customers seen", run.Status, run.Calls, run.Seen)
	if run.RetryAt != nil {
		line += ", waiting until " + run.RetryAt.Format(time.TimeOnly) + " UTC"
	}
	return line
}

type keysCommand struct {
	Rotate keysRotate `cmd:"" help:"${keys_rotate}"`
}

type keysRotate struct {
	database
	secret
}

func (k keysRotate) Run(ctx context.Context) error {
	sealer, err := k.sealer()
	if err != nil {
		return err
	}
	db, err := k.openMigrated(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	sessions, err := session.New(db, sealer, session.Config{Issuer: "http://localhost"})
	if err != nil {
		return err
	}
	kid, err := sessions.RotateKeys(ctx)
	if err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	return printJSON(map[string]string{"kid": kid})
}
