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
	// trialTimeout is the longest duration of a trial; the desktop waits longer for the response.
	trialTimeout = 25 * time.Second
	// maxTrialWait is the longest wait for the pace in a trial.
	maxTrialWait = 5 * time.Second
	// proofTTL is how long a successful trial is remembered: a connection that is tested and then saved is called once.
	proofTTL = 2 * time.Minute
	// maxProofs is the greatest number of trials that are remembered.
	maxProofs = 1000
)

// Connections returns the connections of the viewer's MSSP and the products that it can connect.
func (s *Service) Connections(ctx context.Context, viewer portal.Viewer) (portal.Connections, error) {
	all, err := s.db.Connections(ctx, viewer, s.config.Every)
	for _, connector := range s.config.Connectors {
		all.Products = append(all.Products, connector.Product().Product)
	}
	return all, err
}

// TryConnection tests a connection with a call of the product. A refusal by the product is a result and no error.
// Errors: Invalid if a setting is invalid without asking the product, NotFound if the connection is outside the
// viewer's scope.
func (s *Service) TryConnection(
	ctx context.Context, viewer portal.Viewer, t portal.ConnectionTrial,
) (portal.ConnectionTest, error) {
	var p proposal
	var err error
	if t.ID == "" {
		p, err = s.propose(ctx, viewer, portal.NewConnection{
			Product: t.Product, CustomerID: t.CustomerID, BaseURL: t.BaseURL, APIKey: t.APIKey,
		})
	} else if p, err = s.stored(ctx, viewer, t.ID); err == nil {
		err = s.change(&p, optional(t.CustomerID), optional(t.BaseURL), optional(t.APIKey))
	}
	if err != nil {
		return portal.ConnectionTest{}, err
	}
	return s.try(ctx, p)
}

// optional returns nil for an empty text.
func optional(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// CreateConnection saves a connection that the product accepts, and queues its first run. Errors: ProductRefused with
// the product's reason if it refuses, Invalid with the setting, Conflict if the customer is connected already.
func (s *Service) CreateConnection(
	ctx context.Context, viewer portal.Viewer, n portal.NewConnection,
) (portal.ConnectionItem, error) {
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

// ChangeConnection changes a connection. A change of customer id, base URL or API key is tried first, as in
// CreateConnection, and synced at once; pausing, resuming and harmless names are saved without a call. Errors as of
// CreateConnection, and NotFound outside the viewer's scope.
func (s *Service) ChangeConnection(
	ctx context.Context, viewer portal.Viewer, id string, c portal.ConnectionChange,
) (portal.ConnectionItem, error) {
	if c == (portal.ConnectionChange{}) {
		return portal.ConnectionItem{}, portal.InvalidField("paused",
			"Say what to change: customer_id, base_url, api_key, paused or harmless.")
	}
	was, err := s.stored(ctx, viewer, id)
	if err != nil {
		return portal.ConnectionItem{}, err
	}
	update := postgres.ConnectionUpdate{Paused: c.Paused}
	next := was
	if c.Harmless != nil {
		if next.Harmless, err = portal.CheckHarmless(*c.Harmless); err != nil {
			return portal.ConnectionItem{}, err
		}
	}
	if c.NeedsTrial() {
		if update, err = s.tried(ctx, next, c); err != nil {
			return portal.ConnectionItem{}, err
		}
	}
	if c.Harmless != nil {
		update.Harmless = next.Harmless
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

// tried returns the update of a change that the product accepts.
func (s *Service) tried(ctx context.Context, was proposal, c portal.ConnectionChange) (postgres.ConnectionUpdate, error) {
	next := was
	err := s.change(&next, c.CustomerID, c.BaseURL, c.APIKey)
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

// proposal is a connection with its decrypted key. It exists only during a request.
type proposal struct {
	portal.Connection
	apiKey    string
	connector connector.Connector
	// storedKey is the key that the connection is saved with. Its runs keep the pace of that key.
	storedKey string
}

// connector returns the connector of a product; Invalid if there is none.
func (s *Service) connector(productID string) (connector.Connector, error) {
	for _, connector := range s.config.Connectors {
		if connector.Product().ID == productID {
			return connector, nil
		}
	}
	return nil, portal.InvalidField("product", "There is no product %q.", productID)
}

// propose checks the settings of a new connection without a call. It also checks whether the viewer still has access,
// because the product is called before the database is read as the viewer.
func (s *Service) propose(ctx context.Context, viewer portal.Viewer, n portal.NewConnection) (proposal, error) {
	if err := s.db.As(viewer).Check(ctx); err != nil {
		return proposal{}, err
	}
	connector, err := s.connector(n.Product)
	if err != nil {
		return proposal{}, err
	}
	p := proposal{connector: connector, apiKey: strings.TrimSpace(n.APIKey), Connection: portal.Connection{
		MSSPID: viewer.Scope.MSSPID, ProductID: n.Product, CustomerID: strings.TrimSpace(n.CustomerID),
		BaseURL: strings.TrimSpace(n.BaseURL),
	}}
	if p.BaseURL == "" {
		p.BaseURL = connector.Product().BaseURL
	}
	return p, s.checkProposal(&p)
}

// checkProposal checks the settings of a proposal with a new base URL.
func (s *Service) checkProposal(p *proposal) (err error) {
	if p.PublicOnly, err = s.checkAddress(p.connector.Product().Product, p.BaseURL); err != nil {
		return err
	}
	return p.check()
}

// check checks the customer id and the settings that the connector knows.
func (p proposal) check() error {
	if strings.ContainsFunc(p.CustomerID, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return portal.InvalidField("customer_id", "The customer id must be printable characters.")
	}
	return p.connector.Check(connector.SettingsOf(p.Connection), p.apiKey)
}

// stored returns a connection of the viewer's scope with its decrypted key.
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
		key = nil // it can be replaced; change returns an error where it is needed
	}
	return proposal{Connection: c, apiKey: string(key), storedKey: string(key), connector: connector}, nil
}

// change applies a change to the proposal of a stored connection. The stored key is sent to the stored address only: a
// change of the address must include the key.
func (s *Service) change(p *proposal, customerID, baseURL, apiKey *string) error {
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
		return s.checkProposal(p)
	}
	return p.check()
}

// seal encrypts the proposal's key.
func (s *Service) seal(p *proposal) {
	p.APIKeySealed = s.sealer.Seal([]byte(p.apiKey), APIKeyContext(p.Connection))
	p.APIKeyLast4 = portal.LastFour(p.apiKey)
}

// prove tries a connection, unless it was tried successfully a moment ago.
func (s *Service) prove(ctx context.Context, p proposal) error {
	if s.provedAt(p) != nil {
		return nil
	}
	result, err := s.try(ctx, p)
	if err != nil || result.OK {
		return err
	}
	return &portal.Error{Code: portal.ProductRefused, Detail: result.Detail, Field: faultyField[connector.CallCode(result.Code)]}
}

// faultyField is the setting that most likely made a call fail.
var faultyField = map[connector.CallCode]string{
	connector.BadKey: "api_key", connector.WrongCustomer: "customer_id", connector.Refused: "customer_id",
	connector.NoEndpoint: "base_url", connector.Redirected: "base_url", connector.Unreachable: "base_url", connector.Insecure: "base_url",
	connector.Garbage: "base_url",
}

// try makes the call that shows whether a connection works. TooManyRequests has the wait if the pace allows no call
// soon.
func (s *Service) try(ctx context.Context, p proposal) (portal.ConnectionTest, error) {
	limited, cancel := context.WithTimeout(ctx, trialTimeout)
	defer cancel()
	claimed, stop := context.WithCancelCause(limited)
	defer stop(nil)
	reader, err := p.connector.Open(connector.SettingsOf(p.Connection), p.apiKey, connector.Options{
		PerMinute: s.perMinute(p.connector.Product()), HTTPClient: s.httpFor(p.PublicOnly), Fields: p.Fields, Harmless: p.Harmless,
		Clock: trialClock{s.config.Clock},
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
		err = connector.CallErrorf(connector.TimedOut, "%s did not respond within %d seconds. Try again in a minute.",
			p.connector.Product().Name, int(trialTimeout.Seconds()))
	}
	return s.trialResult(p, hidePort(p.PublicOnly, p.BaseURL, err))
}

// claimTrial claims a call of the saved connection. Another key has a pace of its own; its call is recorded for the
// runs that follow when it is saved.
func (s *Service) claimTrial(ctx context.Context, p proposal) error {
	if p.ID == "" || p.APIKeySealed == nil {
		return nil // not saved yet
	}
	call := postgres.Call{MSSPID: p.MSSPID, ConnectionID: p.ID, Every: s.interval(p.connector.Product())}
	if p.apiKey != p.storedKey {
		return s.recordCall(ctx, call)
	}
	return s.claim(ctx, call, trialClock{s.config.Clock})
}

// trialResult returns the result of a trial that failed with err, or the error of one without a result.
func (s *Service) trialResult(p proposal, err error) (portal.ConnectionTest, error) {
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
		// Only a saved connection has a field map, so it must be possible to save it. Its run reports what is missing.
		s.keepProof(p)
		return portal.ConnectionTest{OK: true, Code: string(call.Code), Detail: call.Detail}, nil
	}
	detail := call.Detail
	if p.PublicOnly && call.Code == connector.Unreachable {
		detail += " Only hosts on the public internet can be named here."
	}
	return portal.ConnectionTest{Code: string(call.Code), Detail: detail}, nil
}

// waitFor returns the error of a trial that can be made at until.
func (s *Service) waitFor(until time.Time, name string) error {
	wait := max(until.Sub(s.config.Clock.Now()), time.Second)
	return &portal.Error{Code: portal.TooManyRequests, Wait: wait, Detail: fmt.Sprintf(
		"%s takes only so many calls a minute, and they are in use. Try again in %d seconds.", name, int(math.Ceil(wait.Seconds())))}
}

// trialClock is the clock of a trial: a user waits for it, so a long wait is postponed.
type trialClock struct{ connector.Clock }

// Sleep returns a *connector.Postponed for waits longer than maxTrialWait.
func (i trialClock) Sleep(ctx context.Context, d time.Duration) error {
	if d > maxTrialWait {
		return &connector.Postponed{Until: i.Now().Add(d)}
	}
	return i.Clock.Sleep(ctx, d)
}

// proofs are the times of successful trials, by the hash of the proposal.
type proofs = ttlcache.Cache[[sha256.Size]byte, time.Time]

func newProofs() *proofs {
	return ttlcache.New(ttlcache.WithTTL[[sha256.Size]byte, time.Time](proofTTL),
		ttlcache.WithCapacity[[sha256.Size]byte, time.Time](maxProofs),
		ttlcache.WithDisableTouchOnHit[[sha256.Size]byte, time.Time]())
}

// provedAt returns when this proposal was last tried successfully, nil if it was not within proofTTL.
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

// hash returns a hash of everything that a trial depends on.
func (p proposal) hash() [sha256.Size]byte {
	text := fmt.Sprintf("%q %q %q %q %q %t %q", p.MSSPID, p.ProductID, p.CustomerID, p.BaseURL, p.apiKey, p.PublicOnly, p.Harmless)
	return sha256.Sum256([]byte(text))
}
