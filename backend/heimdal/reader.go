package heimdal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

// reader reads one connection's customers.
type reader struct {
	asking        Asking
	mapping       mapping
	recorder      io.Writer // nil: shapes are not recorded
	recorded      int       // calls so far
	address       *url.URL
	customerID    string
	apiKey        string
	http          *http.Client
	clock         portal.Clock
	waiting       func(time.Time)
	calling       func(time.Time)
	pace          *pace
	interval      time.Duration
	tries         int
	harmless      map[string]bool // as harmlessNames makes them
	maxBytes      int64
	headerTimeout time.Duration
	idleTimeout   time.Duration
}

// Call makes the next call.
func (r *reader) Call(ctx context.Context, state portal.ReadState, add func(portal.Customer) error) (portal.ReadState, error) {
	if len(state.Check) > 0 {
		return r.checkCustomer(ctx, state, add)
	}
	at, err := loadTraversal(state.Data)
	if err != nil {
		return state, err
	}
	if at.CheckKey {
		return r.checkKey(ctx, state, at)
	}
	address, err := at.nextURL(r)
	if err != nil {
		return state, err
	}
	var seen int64
	a, err := r.fetch(ctx, &state, address, func(c portal.Customer) error {
		before := seen
		err := at.process(r, c, func(c portal.Customer) error {
			seen++
			return add(c)
		})
		if err == nil && seen == before {
			return errNotKept
		}
		return err
	})
	if at.acceptsRefusal(err) {
		a, err = &envelope{}, nil
	}
	if seen == 0 && at.Reseller != "" && at.Probing == "" && isWithoutCustomers(err) {
		return at.skipReseller(r, state, err)
	}
	if err != nil {
		return a.stateOfFailure(state), ctxErr(ctx, at.explainRefusal(r, err))
	}
	more, err := at.finishResponse(r, a)
	if err != nil {
		return a.stateOfFailure(state), err
	}
	state.Paths = mergePaths(state.Paths, a.object.paths.stats())
	state.Counted += seen
	return at.save(state, more, seen)
}

// Test asks about the MSSP once. One customer that can be read proves key and customer id.
func (r *reader) Test(ctx context.Context) (*int64, error) {
	once := *r
	once.tries = 1
	begin := r.clock.Now()
	at := traversal{}
	var seen int64
	var state portal.ReadState
	a, err := once.fetch(ctx, &state, r.address, func(c portal.Customer) error {
		if r.clock.Now().Sub(begin) > testDuration {
			return errStopTest
		}
		return at.process(r, c, func(portal.Customer) error { seen++; return nil })
	})
	if errors.Is(err, errStopTest) {
		return nil, nil
	}
	if err != nil {
		return nil, ctxErr(ctx, err)
	}
	more, err := at.finishResponse(r, a)
	switch {
	case err != nil:
		return nil, err
	case at.Page != nil && at.Page.Total != nil && (at.skipsResellers(r) || len(at.Pending) == 0):
		return at.Page.customersWithoutAccount(), nil
	case more:
		return nil, nil
	}
	return &seen, nil
}

// ask calls until the answer is another than that it should ask again later, and reads it. While a run is under way
// it also waits out what may pass, for the calls before this one should not have been in vain.
func (r *reader) fetch(ctx context.Context, state *portal.ReadState, address *url.URL, add func(portal.Customer) error) (*envelope, error) {
	for {
		if err := r.waitTurn(ctx, &state.Progress); err != nil {
			return nil, err
		}
		a, later, err := r.once(ctx, address, add)
		if later == nil {
			state.Refusals = 0
			return a, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if later.unless && state.Progress.Calls == 0 {
			return nil, later.cause
		}
		if err := r.backOff(ctx, state, later.retryAfter, later.cause); err != nil {
			return nil, err
		}
	}
}

// once makes one call and reads its answer; later is set if nothing was handed over and it is worth another try.
func (r *reader) once(ctx context.Context, address *url.URL, add func(portal.Customer) error) (*envelope, *later, error) {
	response, err := r.send(ctx, address)
	if err != nil {
		return nil, passing(err), err
	}
	defer response.Body.Close()
	retryAfter := response.Header.Get("Retry-After")
	if err := r.statusError(response.StatusCode); err != nil {
		switch response.StatusCode {
		case http.StatusTooManyRequests:
			return nil, &later{cause: err, retryAfter: retryAfter}, err
		case http.StatusServiceUnavailable:
			return nil, &later{cause: err, retryAfter: retryAfter, unless: retryAfter == ""}, err
		}
		return nil, passing(err), err
	}
	handed := 0
	a, err := r.readResponse(response, func(c portal.Customer) error {
		handed++
		return add(c)
	})
	var message *messageError
	if !errors.As(err, &message) {
		return a, nil, err
	}
	refusal := r.messageCallError(message.text)
	if handed > 0 {
		return nil, nil, incompletef("Heimdal broke its answer off after %d customers. It says: %q.", handed, quoteKnownWords(message.text, r.apiKey))
	}
	if refusal.Code == portal.RateLimited {
		return nil, &later{cause: refusal, retryAfter: retryAfter}, refusal
	}
	return nil, nil, refusal
}

// read hands every customer of a good answer to add.
func (r *reader) readResponse(response *http.Response, add func(portal.Customer) error) (*envelope, error) {
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return nil, errWebPage
	}
	if response.ContentLength > r.maxBytes {
		return nil, errLarge
	}
	a, err := decode(&limitedBody{response.Body, r.maxBytes}, r.customerID, r.apiKey, r.mapping, add)
	if err != nil {
		return a, err
	}
	return a, a.readMetadata(r.harmless, response.Header, response.Trailer)
}

// enough is how long a test counts customers once the first has come.
const testDuration = 3 * time.Second

var errStopTest = errors.New("enough was seen")

// ownEnd prefers the caller's own end of ctx to whatever it broke.
func ctxErr(ctx context.Context, err error) error {
	var postponed *portal.Postponed
	if ctx.Err() != nil && !errors.As(err, &postponed) {
		return ctx.Err()
	}
	return err
}
