package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/export"
	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/mail"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

type serveCommand struct {
	database
	secret
	heimdalRate
	sessionLimits
	requestLimits
	smtp
	syncRules
	syncSchedule
	Listen             string `env:"PORTAL_LISTEN" default:"127.0.0.1:8480" help:"Listen address of the API."`
	MetricsListen      string `env:"PORTAL_METRICS_LISTEN" default:"127.0.0.1:8481" help:"Listen address of the metrics."`
	PublicURL          string `name:"public-url" env:"PORTAL_PUBLIC_URL" help:"${public_url}" placeholder:"https://…"`
	GoogleIssuer       string `env:"PORTAL_GOOGLE_ISSUER" default:"https://accounts.google.com" help:"Issuer of Google."`
	GoogleClientID     string `name:"google-client-id" env:"PORTAL_GOOGLE_CLIENT_ID" help:"${google_client_id}"`
	GoogleClientSecret string `env:"PORTAL_GOOGLE_CLIENT_SECRET" help:"Google client secret of the desktop app."`

	EntraIssuer string `env:"PORTAL_ENTRA_ISSUER" default:"https://login.microsoftonline.com/{tenantid}/v2.0" help:"${entra_issuer}"`

	EntraClientID        string     `name:"entra-client-id" env:"PORTAL_ENTRA_CLIENT_ID" help:"${entra_client_id}"`
	EntraTenants         string     `env:"PORTAL_ENTRA_TENANTS" help:"Entra ID tenants that may sign in, comma-separated."`
	AllowPrivateProducts string     `env:"PORTAL_ALLOW_PRIVATE_PRODUCTS" help:"${allow_private_products}"`
	LogLevel             slog.Level `env:"PORTAL_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	NoJobs               bool       `help:"Serve the API only; other replicas run the jobs."`
}

// Run serves until ctx ends, then lets running requests and jobs finish.
func (c serveCommand) Run(ctx context.Context) error {
	log := newLog(c.LogLevel)
	listeners, err := passedSockets()
	if err != nil {
		return err
	}
	defer func() { listeners.close() }()
	listeners.replaceAddresses(&c, log)
	if err := c.checkSettings(); err != nil {
		return err
	}
	sealer, err := c.sealer()
	if err != nil {
		return err
	}
	if err := listeners.listen(c.Listen, c.MetricsListen); err != nil {
		return err
	}
	if notifies() {
		postgres.Await(ctx, c.DatabaseURL, func(err error) { log.Warn("waiting for the database", "error", err) })
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if c.PublicURL == "" {
		c.PublicURL = "http://" + listeners.api.Addr().String()
	}
	return c.serve(ctx, db, sealer, log, listeners)
}

func (c *serveCommand) checkSettings() error {
	if err := c.check(); err != nil {
		return err
	}
	if err := c.checkLimits(); err != nil {
		return err
	}
	if err := c.checkRates(); err != nil {
		return err
	}
	if err := c.checkRules(); err != nil {
		return err
	}
	if err := c.checkSchedule(); err != nil {
		return err
	}
	if c.AllowPrivateProducts != "" && c.AllowPrivateProducts != "0" && c.AllowPrivateProducts != "1" {
		return settingError{"PORTAL_ALLOW_PRIVATE_PRODUCTS", "should be 1 or unset"}
	}
	if c.PublicURL == "" {
		host, _, err := net.SplitHostPort(c.Listen)
		if err != nil || !portal.Loopback(host) {
			return settingError{"PORTAL_PUBLIC_URL",
				"is not set; it should be the public https:// URL of the API, unless PORTAL_LISTEN is on loopback"}
		}
		return nil
	}
	return secureURL("PORTAL_PUBLIC_URL", c.PublicURL)
}

func (c serveCommand) serve(ctx context.Context, db *postgres.DB, sealer *session.Sealer, log *slog.Logger, listeners sockets) error {
	export.RemoveAbandoned(time.Now().Add(-time.Hour))
	log.Info("memory", "limit_mib", limitMemory(os.LookupEnv, os.ReadFile)>>20)
	sessions, err := session.New(db, sealer, c.config(c.PublicURL))
	if err != nil {
		return badSetting("PORTAL_PUBLIC_URL", err)
	}
	mails, err := c.sender()
	if err != nil {
		return err
	}
	registry := newRegistry()
	syncs, err := c.newSync(db, sealer, mails, log, registry)
	if err != nil {
		return err
	}
	trust := c.identityConfig(sealer, log)
	if mails != nil {
		trust.EnqueueMail = syncs.Post
	}
	identities, err := identity.New(db, sessions, trust)
	if err != nil {
		return settingError{"sign-in", err.Error()}
	}
	if db.Ready(ctx) == nil {
		if err := sessions.CheckSecret(ctx); err != nil {
			return badSetting("PORTAL_SECRET_KEY_FILE", err)
		}
	}
	proxies, err := c.proxies()
	if err != nil {
		return err
	}
	ending := make(chan struct{})
	api := httpapi.New(httpapi.Config{
		DB: db, Sessions: sessions, Identity: identities, Sync: syncs, Log: log, Metrics: registry, Version: version,
		AuthRate: c.AuthRate, AccountRate: c.AccountRate, SessionRate: c.SessionRate, TrustedProxies: proxies,
		AnonymousAtOnce: c.AuthAtOnce, AddressAtOnce: c.addressAtOnce(), SessionAtOnce: sessionAtOnce,
		Ending: ending,
	})
	metrics := http.NewServeMux()
	metrics.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	stopJobs := startJobs(ctx, db, syncs, log)
	log.Info("serving", "listen", listeners.api.Addr().String(), "metrics", listeners.metrics.Addr().String(), "version", version)
	notify(daemon.SdNotifyReady, log)
	err = serveUntil(ctx, []*server{newServer(listeners.api, api), newServer(listeners.metrics, metrics)}, func() {
		notify(daemon.SdNotifyStopping, log)
		close(ending)
		syncs.EndWatches()
	})
	stopJobs()
	log.Info("stopped")
	return err
}

func (c serveCommand) identityConfig(sealer *session.Sealer, log *slog.Logger) identity.Config {
	config := identity.Config{Secret: sealer, Log: log}
	if c.GoogleClientID != "" {
		config.Google = &identity.GoogleConfig{Issuer: c.GoogleIssuer, ClientID: c.GoogleClientID, ClientSecret: c.GoogleClientSecret}
	}
	if c.EntraClientID != "" {
		config.Entra = &identity.EntraConfig{Issuer: c.EntraIssuer, ClientID: c.EntraClientID, Tenants: splitList(c.EntraTenants)}
	}
	return config
}

// newRegistry returns a registry with the metrics of the process; the API and the sync add theirs.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// keepSignIns is how long ended attempts and used tokens are kept for the analysis of incidents.
const keepSignIns = 30 * 24 * time.Hour

// allowsPrivate reports whether connections may have private and loopback addresses.
func (c serveCommand) allowsPrivate() bool { return c.AllowPrivateProducts == "1" }

func (c serveCommand) newSync(
	db *postgres.DB, sealer *session.Sealer, mails *mail.Sender, log *slog.Logger, registry prometheus.Registerer,
) (*customersync.Service, error) {
	runs := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "portal_sync_runs_total", Help: "Sync runs that ended in this process.",
	}, []string{"status"})
	registry.MustRegister(runs)
	// A series that begins with the first run would not show that run as an increase.
	for _, status := range []portal.RunStatus{portal.RunComplete, portal.RunPartial, portal.RunFailed, portal.RunNeedsReview} {
		runs.WithLabelValues(string(status))
	}
	config := customersync.Config{
		Connectors: connectors(), Rates: c.rates(), Every: c.SyncEvery, Rules: c.rules(), Takeover: c.SyncTakeover,
		AllowPrivate: c.allowsPrivate(), Log: log, Jobs: !c.NoJobs,
		Chores: map[string]func(context.Context) error{
			"prune_sign_ins": func(ctx context.Context) error { return db.PruneSignIns(ctx, keepSignIns) },
			"key_names": func(ctx context.Context) error {
				_, err := db.KeyNames(ctx)
				return err
			},
			"sum_licence_ends": db.SumLicenceEnds,
		},
		Finished: func(run portal.SyncRun) { runs.WithLabelValues(string(run.Status)).Inc() },
	}
	if mails != nil {
		config.Deliver = identity.InviteMailer{DB: db, Secret: sealer, Send: mails.Send, Log: log}.Deliver
		config.Alert, config.AlertAfter = mails.SendAlert, c.SyncFailuresMail
	}
	return customersync.New(db, sealer, config)
}

const (
	drainTimeout = 20 * time.Second
	readyPoll    = 2 * time.Second
)

// startJobs starts the jobs once the schema is ready, and returns a function that stops them.
func startJobs(ctx context.Context, db *postgres.DB, syncs *customersync.Service, log *slog.Logger) (stop func()) {
	ended := make(chan struct{})
	started := false
	go func() {
		defer close(ended)
		for db.Ready(ctx) != nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(readyPoll):
			}
		}
		// The jobs outlive ctx: they are stopped only after the last request has ended.
		if err := syncs.Start(context.WithoutCancel(ctx)); err != nil {
			log.Error("jobs could not be started", "error", err)
			return
		}
		started = true
	}()
	return func() {
		<-ended
		if !started {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
		defer cancel()
		if err := syncs.Stop(ctx); err != nil {
			log.Warn("running jobs were interrupted", "error", err)
		}
	}
}

func splitList(list string) []string {
	var items []string
	for _, item := range strings.Split(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
