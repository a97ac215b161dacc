package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/testkit/embedded"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/provider"
)

const (
	heimdalKey   = "bench-key"
	serverLogin  = "portal_bench"
	serverSecret = "bench"
)

// world is the system under measurement: real components on loopback, created for this run.
type world struct {
	folder   string
	program  string
	postgres *embedded.Server
	google   *provider.Server
	env      []string
	api      *process
	// access tokens of an admin of an MSSP and of a user of one of its MSPs
	admin, mspUser string
	closers        []func()
}

// process is a server process that this program started.
type process struct {
	command *exec.Cmd
	base    string
}

func (p *process) stop() {
	if p == nil || p.command.Process == nil || p.command.ProcessState != nil {
		return
	}
	_ = p.command.Process.Signal(os.Interrupt)
	_ = p.command.Wait()
}

func (w *world) close() {
	w.api.stop()
	for i := len(w.closers) - 1; i >= 0; i-- {
		w.closers[i]()
	}
}

// buildWorld creates the tenants with portal-api's own commands, and signs two users in.
func buildWorld(ctx context.Context, program string) (_ *world, err error) {
	w := &world{program: program}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if err := w.startSurroundings(ctx); err != nil {
		return nil, err
	}
	if err := w.prepareDatabase(ctx); err != nil {
		return nil, err
	}
	code, err := w.makeTenants(ctx)
	if err != nil {
		return nil, err
	}
	if w.api, err = w.serve(ctx, w.serverURL("")); err != nil {
		return nil, err
	}
	return w, w.signIn(ctx, code)
}

func (w *world) startSurroundings(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "portal-bench-")
	if err != nil {
		return err
	}
	w.folder = folder
	w.closers = append(w.closers, func() { _ = os.RemoveAll(folder) })
	if w.postgres, err = embedded.Start(ctx, embedded.Config{}); err != nil {
		return err
	}
	w.closers = append(w.closers, func() { _ = w.postgres.Close() })
	account := func(id string) provider.Account {
		return provider.Account{ID: id, Name: id, Email: id + "@bench.example", EmailVerified: true, HostedDomain: "bench.example"}
	}
	accounts := []provider.Account{account("admin"), account("user")}
	for i := range newcomers {
		accounts = append(accounts, account(newcomer(i)))
	}
	w.google, err = provider.StartGoogle(ctx, provider.Config{
		ClientID: "bench", ClientSecret: "bench-secret", Accounts: accounts,
	})
	if err != nil {
		return err
	}
	w.closers = append(w.closers, func() { _ = w.google.Close() })
	return w.makeEnvironment()
}

func (w *world) makeEnvironment() error {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	if err := os.WriteFile(w.secretKeyFile(), []byte(base64.StdEncoding.EncodeToString(key)), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(w.heimdalKeyFile(), []byte(heimdalKey), 0o600); err != nil {
		return err
	}
	w.env = append(os.Environ(),
		"PORTAL_SECRET_KEY_FILE="+w.secretKeyFile(), "PORTAL_GOOGLE_ISSUER="+w.google.Issuer(),
		"PORTAL_GOOGLE_CLIENT_ID=bench", "PORTAL_GOOGLE_CLIENT_SECRET=bench-secret",
		"PORTAL_HEIMDAL_RATE=1000", "PORTAL_METRICS_LISTEN=127.0.0.1:0",
		// The rate limits are not what is measured.
		"PORTAL_AUTH_RATE=0", "PORTAL_ACCOUNT_RATE=0", "PORTAL_SESSION_RATE=0", "PORTAL_AUTH_AT_ONCE=0")
	return nil
}

func (w *world) secretKeyFile() string { return filepath.Join(w.folder, "secret-key") }

func (w *world) heimdalKeyFile() string { return filepath.Join(w.folder, "heimdal-key") }

func (w *world) ownerURL() string { return w.postgres.URL(embedded.Superuser, "portal") }

// serverURL returns the database URL of the server's role, with another address if one is given.
func (w *world) serverURL(address string) string {
	if address == "" {
		return w.postgres.URLWithPassword(serverLogin, serverSecret, "portal")
	}
	return fmt.Sprintf("postgres://%s:%s@%s/portal?sslmode=disable", serverLogin, serverSecret, address)
}

func (w *world) prepareDatabase(ctx context.Context) error {
	if err := w.sql(ctx, "postgres", "create database portal"); err != nil {
		return err
	}
	if _, err := w.portalAPI(ctx, "migrate", "up"); err != nil {
		return err
	}
	return w.sql(ctx, "portal", fmt.Sprintf("create role %s login password '%s' in role portal_server", serverLogin, serverSecret))
}

func (w *world) sql(ctx context.Context, database, statement string) error {
	conn, err := pgx.Connect(ctx, w.postgres.URL(embedded.Superuser, database))
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(ctx, statement)
	return err
}

// portalAPI runs a command of portal-api as the owner of the database.
func (w *world) portalAPI(ctx context.Context, arguments ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, w.program, arguments...)
	command.Env = append(w.env, "PORTAL_DATABASE_URL="+w.ownerURL(), "PORTAL_PUBLIC_URL="+publicURL)
	var problems bytes.Buffer
	command.Stderr = &problems
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("portal-api %v: %w: %s", arguments, err, problems.Bytes())
	}
	return output, nil
}

// makeTenants returns the code of the invite for the first MSSP's admin.
func (w *world) makeTenants(ctx context.Context) (code string, err error) {
	for i := range mssps {
		invite, err := w.makeTenant(ctx, i)
		if err != nil {
			return "", err
		}
		if i == 0 {
			code = invite
		}
	}
	return code, w.sql(ctx, "portal", "analyze")
}

func (w *world) makeTenant(ctx context.Context, number int) (code string, err error) {
	customerID := strconv.Itoa(100 + number)
	fake, err := fakeheimdal.Start(ctx, fakeheimdal.Config{APIKey: heimdalKey, CustomerID: customerID, Customers: customers(number)})
	if err != nil {
		return "", err
	}
	defer fake.Close()
	var tenant struct {
		MSSP string `json:"mssp_id"`
		Code string `json:"code"`
	}
	output, err := w.portalAPI(ctx, "bootstrap", "--mssp", fmt.Sprintf("Bench %02d", number), "--admin", "admin@bench.example",
		"--provider", "google", "--domain", "bench.example")
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(output, &tenant); err != nil {
		return "", err
	}
	_, err = w.portalAPI(ctx, "product", "add", "--mssp", tenant.MSSP, "--product", "heimdal", "--customer-id", customerID,
		"--base-url", fake.URL(), "--api-key-file", w.heimdalKeyFile())
	if err != nil {
		return "", err
	}
	_, err = w.portalAPI(ctx, "sync", "--mssp", tenant.MSSP)
	return tenant.Code, err
}

// customers returns the customers of one MSSP, with realistic names for sorting and searching.
func customers(number int) []fakeheimdal.Customer {
	var made []fakeheimdal.Customer
	id := 100_000 * (number + 1)
	for m := range mspsPerMSSP {
		id++
		reseller := id
		made = append(made, fakeheimdal.Customer{"id": id, "name": fmt.Sprintf("Reseller %02d of %02d", m, number), "type": "RESELLER"})
		for c := range clientsPerMSP {
			id++
			made = append(made, fakeheimdal.Customer{
				"id": id, "name": fmt.Sprintf("Client %04d %s", (id*7919)%10000, names[c%len(names)]), "type": "CORP",
				"resellerId": reseller, "products": []string{"EDR", "Patch Management"}, "seatsUsed": c, "seatsTotal": clientsPerMSP,
				"expirationDate": time.Now().AddDate(0, 0, 5*c).Format(time.DateOnly),
			})
		}
	}
	return made
}

var names = []string{"Bakery", "Logistics", "Dental", "Partners", "Engineering", "Foods", "Law", "Schools"}

// publicURL is the same for every portal-api of a run, so that each accepts the tokens of the others.
const publicURL = "http://127.0.0.1:1"

// serve starts portal-api on a free port, by default without jobs, and waits until it is ready.
func (w *world) serve(ctx context.Context, databaseURL string, arguments ...string) (*process, error) {
	if len(arguments) == 0 {
		arguments = []string{"serve", "--no-jobs"}
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(w.folder, "portal-api.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p := &process{command: exec.Command(w.program, arguments...), base: "http://" + address}
	p.command.Env = append(w.env, "PORTAL_DATABASE_URL="+databaseURL, "PORTAL_LISTEN="+address, "PORTAL_PUBLIC_URL="+publicURL)
	p.command.Stdout, p.command.Stderr = log, log
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if err := waitReady(ctx, p.base+"/readyz"); err != nil {
		p.stop()
		return nil, fmt.Errorf("portal-api did not get ready: %w", errors.Join(err, w.apiLog()))
	}
	return p, nil
}

// apiLog returns the log of the last started portal-api, as an error.
func (w *world) apiLog() error {
	log, err := os.ReadFile(filepath.Join(w.folder, "portal-api.log"))
	return errors.Join(err, errors.New(string(log)))
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func waitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		status, _, err := get(ctx, url, "")
		if err == nil && status == 200 {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func get(ctx context.Context, url, bearer string) (status int, body []byte, err error) {
	return send(ctx, "GET", url, bearer, nil)
}
