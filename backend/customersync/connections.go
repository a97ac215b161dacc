package customersync

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/jellydator/ttlcache/v3"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

const (
	// trialTime is how long a trial may take: less than whoever asked for it waits.
	trialTime = 25 * time.Second
	// trialTurn is the longest wait for the pace that a trial sits out.
	trialTurn = 5 * time.Second
	// provedFor is how long a trial that went well stands for the next: who tests and then saves asks the product once.
	provedFor = 2 * time.Minute
	// provedMost bounds what is remembered of that.
	provedMost = 1000
)

// Connections answers the connections of the viewer's MSSP, and the products there can be others to.
func (s *Service) Connections(ctx context.Context, viewer portal.Viewer) (portal.Connections, error) {
	all, err := s.db.Connections(ctx, viewer, s.config.Every)
	for _, connector := range s.config.Connectors {
		all.Products = append(all.Products, connector.Product().Product)
	}
	return all, err
}

// TryConnection asks the product what it says to a connection. That it refuses is an answer and no error; Invalid names
// a setting nobody needs to ask about, NotFound is a connection outside the viewer's scope.
func (s *Service) TryConnection(ctx context.Context, viewer portal.Viewer, t portal.ConnectionTrial) (portal.ConnectionTest, error) {
	var p proposal
	var err error
	if t.ID == "" {
		p, err = s.propose(ctx, viewer, portal.NewConnection{Product: t.Product, CustomerID: t.CustomerID, BaseURL: t.BaseURL, APIKey: t.APIKey})
	} else if p, err = s.stored(ctx, viewer, t.ID); err == nil {
		err = s.alter(&p, given(t.CustomerID), given(t.BaseURL), given(t.APIKey))
	}
	if err != nil {
		return portal.ConnectionTest{}, err
	}
	return s.try(ctx, p)
}

func given(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// CreateConnection saves a connection the product accepts and queues its first run. ProductRefused tells what the
// product said where it does not, and nothing is saved; Invalid names a setting, Conflict a customer that is connected.
func (s *Service) CreateConnection(ctx context.Context, viewer portal.Viewer, n portal.NewConnection) (portal.ConnectionItem, error) {
	p, err := s.propose(ctx, viewer, n)
	if err != nil {
		return portal.ConnectionItem{}, err
	}
	p.ID = postgres.NewID()
	if err := s.prove(ctx, p); err != nil {
		return portal.ConnectionItem{}, err
	}
	p.CalledAt = s.provedAt(p)
	s.seal(&p)
	if err := s.db.CreateConnection(ctx, viewer, p.Connection, s.enqueueFor(p.MSSPID)); err != nil {
		return portal.ConnectionItem{}, err
	}
	return s.db.ConnectionItem(ctx, viewer, p.ID, s.config.Every)
}

// ChangeConnection changes a connection. What the product needs to accept is tried first, as in CreateConnection, and
// synced at once; pausing, resuming and harmless names are saved without a call. Errors as there, and NotFound outside
// the viewer's scope.
func (s *Service) ChangeConnection(ctx context.Context, viewer portal.Viewer, id string, c portal.ConnectionChange) (portal.ConnectionItem, error) {
	if c == (portal.ConnectionChange{}) {
		return portal.ConnectionItem{}, portal.InvalidField("paused",
			"Say what to change: customer_id, base_url, api_key, paused or harmless.")
	}
	was, err := s.stored(ctx, viewer, id)
	if err != nil {
		return portal.ConnectionItem{}, err
	}
	update := postgres.ConnectionUpdate{Paused: c.Paused}
	tried := was
	if c.Harmless != nil {
		if tried.Harmless, err = portal.CheckHarmless(*c.Harmless); err != nil {
			return portal.ConnectionItem{}, err
		}
	}
	if c.NeedsTrial() {
		if update, err = s.proved(ctx, tried, c); err != nil {
			return portal.ConnectionItem{}, err
		}
	}
	if c.Harmless != nil {
		update.Harmless = tried.Harmless
	}
	if err := s.db.UpdateConnection(ctx, viewer, was.Connection, update); err != nil {
		return portal.ConnectionItem{}, err
	}
	if c.NeedsTrial() {
		_, err := s.db.CreateRun(ctx, was.MSSPID, id, "manual", s.enqueueFor(was.MSSPID))
		if code := portal.ErrorCode(err); err != nil && code != portal.SyncRunning && code != portal.NoProduct {
			return portal.ConnectionItem{}, err
		}
	}
	return s.db.ConnectionItem(ctx, viewer, id, s.config.Every)
}

// proved answers what to write of a change that the product accepts.
func (s *Service) proved(ctx context.Context, was proposal, c portal.ConnectionChange) (postgres.ConnectionUpdate, error) {
	next := was
	err := s.alter(&next, c.CustomerID, c.BaseURL, c.APIKey)
	if err == nil {
		err = s.prove(ctx, next)
	}
	if err != nil {
		return postgres.ConnectionUpdate{}, err
	}
	update := postgres.ConnectionUpdate{Paused: c.Paused, CustomerID: &next.CustomerID}
	if next.BaseURL != was.BaseURL {
		update.BaseURL, update.PublicOnly = &next.BaseURL, &next.PublicOnly
	}
	if c.APIKey != nil {
		s.seal(&next)
		update.APIKeySealed, update.APIKeyLast4 = next.APIKeySealed, next.APIKeyLast4
	}
	return update, nil
}

// proposal is a connection with its key open: it lives no longer than the request.
type proposal struct {
	portal.Connection
	apiKey    string
	connector connector.Connector
	// stored is the key the connection is saved with, whose pace its runs keep.
	stored string
}

func (s *Service) connector(productID string) (connector.Connector, error) {
	for _, connector := range s.config.Connectors {
		if connector.Product().ID == productID {
			return connector, nil
		}
	}
	return nil, portal.InvalidField("product", "There is no product %q.", productID)
}

// propose checks the settings of a new connection without asking the product. The product is asked before anything is
// read as the viewer, so whether they still may is found out here.
func (s *Service) propose(ctx context.Context, viewer portal.Viewer, n portal.NewConnection) (proposal, error) {
	if err := s.db.As(viewer).Check(ctx); err != nil {
		return proposal{}, err
	}
	connector, err := s.connector(n.Product)
	if err != nil {
		return proposal{}, err
	}
	p := proposal{connector: connector, apiKey: strings.TrimSpace(n.APIKey), Connection: portal.Connection{
		MSSPID: viewer.Scope.MSSPID, ProductID: n.Product, CustomerID: strings.TrimSpace(n.CustomerID), BaseURL: strings.TrimSpace(n.BaseURL),
	}}
	if p.BaseURL == "" {
		p.BaseURL = connector.Product().BaseURL
	}
	return p, s.check(&p)
}

func (s *Service) check(p *proposal) (err error) {
	if p.PublicOnly, err = s.checkAddress(p.connector.Product().Product, p.BaseURL); err != nil {
		return err
	}
	return p.check()
}

func (p proposal) check() error {
	if strings.ContainsFunc(p.CustomerID, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return portal.InvalidField("customer_id", "The customer id must be printable characters.")
	}
	return p.connector.Check(connector.SettingsOf(p.Connection), p.apiKey)
}

// stored answers a connection of the viewer's scope with its key open.
func (s *Service) stored(ctx context.Context, viewer portal.Viewer, id string) (proposal, error) {
	if _, err := s.db.ConnectionItem(ctx, viewer, id, s.config.Every); err != nil {
		return proposal{}, err
	}
	c, err := s.db.Connection(ctx, viewer.Scope.MSSPID, id)
	if err != nil {
		return proposal{}, err
	}
	connector, err := s.connector(c.ProductID)
	if err != nil {
		return proposal{}, err
	}
	key, err := s.sealer.Open(c.APIKeySealed, APIKeyContext(c))
	if err != nil {
		key = nil // one that no longer opens can be replaced, and is said not to open where it is needed
	}
	return proposal{Connection: c, apiKey: string(key), stored: string(key), connector: connector}, nil
}

// alter makes a proposal of a stored connection and what is to change of it. The stored key is sent where it was meant
// for and nowhere else: whoever names another address must know the key.
func (s *Service) alter(p *proposal, customerID, baseURL, apiKey *string) error {
	if customerID != nil {
		p.CustomerID = strings.TrimSpace(*customerID)
	}
	if apiKey != nil {
		p.apiKey = strings.TrimSpace(*apiKey)
	}
	moved := baseURL != nil && strings.TrimSpace(*baseURL) != p.BaseURL
	switch {
	case moved && apiKey == nil:
		return portal.InvalidField("api_key", "Another base URL needs the API key again: the stored one is sent to no other address.")
	case p.apiKey == "":
		_, detail := explain(errSealed)
		return portal.InvalidField("api_key", "%s", detail)
	case moved:
		p.BaseURL = strings.TrimSpace(*baseURL)
		return s.check(p)
	}
	return p.check()
}

func (s *Service) seal(p *proposal) {
	p.APIKeySealed = s.sealer.Seal([]byte(p.apiKey), APIKeyContext(p.Connection))
	p.APIKeyLast4 = portal.LastFour(p.apiKey)
}

// prove tries a connection, or remembers that it went well a moment ago.
func (s *Service) prove(ctx context.Context, p proposal) error {
	if s.provedAt(p) != nil {
		return nil
	}
	said, err := s.try(ctx, p)
	if err != nil || said.OK {
		return err
	}
	return &portal.Error{Code: portal.ProductRefused, Detail: said.Detail, Field: faultyField[connector.CallCode(said.Code)]}
}

// faultyField is the setting to look at first after a call went wrong.
var faultyField = map[connector.CallCode]string{
	connector.BadKey: "api_key", connector.WrongCustomer: "customer_id", connector.Refused: "customer_id",
	connector.NoEndpoint: "base_url", connector.Redirected: "base_url", connector.Unreachable: "base_url", connector.Insecure: "base_url",
	connector.Garbage: "base_url",
}

// try makes the call that shows whether a connection works. TooManyRequests says how long to wait where its turn is not
// near.
func (s *Service) try(ctx context.Context, p proposal) (portal.ConnectionTest, error) {
	limited, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	claimed, stop := context.WithCancelCause(limited)
	defer stop(nil)
	reader, err := p.connector.Open(connector.SettingsOf(p.Connection), p.apiKey, connector.Options{
		PerMinute: s.perMinute(p.connector.Product()), HTTPClient: s.httpFor(p.PublicOnly), Fields: p.Fields, Harmless: p.Harmless,
		Clock: impatient{s.config.Clock},
		Calling: func(time.Time) {
			if err := s.claimTrial(claimed, p); err != nil {
				stop(err)
			}
		},
	})
	if err != nil {
		return portal.ConnectionTest{}, err
	}
	customers, err := reader.Test(claimed)
	switch {
	case err == nil:
		s.keepProof(p)
		return portal.ConnectionTest{OK: true, Customers: customers}, nil
	case ctx.Err() != nil:
		return portal.ConnectionTest{}, ctx.Err()
	case limited.Err() == nil && claimed.Err() != nil:
		err = context.Cause(claimed)
	case errors.Is(err, context.DeadlineExceeded):
		err = connector.CallErrorf(connector.TimedOut, "%s did not answer within %d seconds. Try again in a minute.",
			p.connector.Product().Name, int(trialTime.Seconds()))
	}
	return s.said(p, veiled(p.PublicOnly, p.BaseURL, err))
}

// claimTrial takes a turn of the saved connection's pace. Another key has a pace of its own, but is soon its runs'.
func (s *Service) claimTrial(ctx context.Context, p proposal) error {
	if p.ID == "" || p.APIKeySealed == nil {
		return nil // not saved yet
	}
	call := postgres.Call{MSSPID: p.MSSPID, ConnectionID: p.ID, Every: s.interval(p.connector.Product())}
	if p.apiKey != p.stored {
		return s.recordCall(ctx, call)
	}
	return s.claim(ctx, call, impatient{s.config.Clock})
}

// said puts why a trial went wrong into an answer.
func (s *Service) said(p proposal, err error) (portal.ConnectionTest, error) {
	var call *connector.CallError
	var postponed *connector.Postponed
	name := p.connector.Product().Name
	switch {
	case errors.As(err, &postponed):
		return portal.ConnectionTest{}, s.waitFor(postponed.Until, name)
	case !errors.As(err, &call):
		return portal.ConnectionTest{}, err
	}
	if call.Code == connector.Unmapped {
		// Only a saved connection has a field map, so it must be possible to save it. Its run says what is missing.
		s.keepProof(p)
		return portal.ConnectionTest{OK: true, Code: string(call.Code), Detail: call.Detail}, nil
	}
	detail := call.Detail
	if p.PublicOnly && call.Code == connector.Unreachable {
		detail += " Only hosts on the public internet can be named here."
	}
	return portal.ConnectionTest{Code: string(call.Code), Detail: detail}, nil
}

// waitFor says when the pace has a turn for a trial.
func (s *Service) waitFor(until time.Time, name string) error {
	wait := max(until.Sub(s.config.Clock.Now()), time.Second)
	return &portal.Error{Code: portal.TooManyRequests, Wait: wait, Detail: fmt.Sprintf(
		"%s takes only so many calls a minute, and they are in use. Try again in %d seconds.", name, int(math.Ceil(wait.Seconds())))}
}

// impatient is time for somebody who waits in front of a screen.
type impatient struct{ connector.Clock }

func (i impatient) Sleep(ctx context.Context, d time.Duration) error {
	if d > trialTurn {
		return &connector.Postponed{Until: i.Now().Add(d)}
	}
	return i.Clock.Sleep(ctx, d)
}

// proofs remembers for a while of which connections a trial went well, and when; it holds no key.
type proofs = ttlcache.Cache[[sha256.Size]byte, time.Time]

func newProofs() *proofs {
	return ttlcache.New(ttlcache.WithTTL[[sha256.Size]byte, time.Time](provedFor),
		ttlcache.WithCapacity[[sha256.Size]byte, time.Time](provedMost),
		ttlcache.WithDisableTouchOnHit[[sha256.Size]byte, time.Time]())
}

// provedAt returns when a trial of this went well a moment ago, nil if none did.
func (s *Service) provedAt(p proposal) *time.Time {
	item := s.proofs.Get(p.hash())
	if item == nil {
		return nil
	}
	at := item.Value()
	return &at
}

func (s *Service) keepProof(p proposal) {
	s.proofs.Set(p.hash(), s.config.Clock.Now(), ttlcache.DefaultTTL)
}

// hash tells proposals apart by everything that a trial depends on.
func (p proposal) hash() [sha256.Size]byte {
	text := fmt.Sprintf("%q %q %q %q %q %t %q", p.MSSPID, p.ProductID, p.CustomerID, p.BaseURL, p.apiKey, p.PublicOnly, p.Harmless)
	return sha256.Sum256([]byte(text))
}
