package heimdal

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// reader implements connector.Reader for one connection. It joins the parts of this package: the transport fetches a
// response, decode reads customers and metadata from it, and the traversal decides which request comes next.
type reader struct {
	source    source
	transport transport
	mapping   mapping
	harmless  map[string]bool // as harmlessSet returns them
}

// Call makes the next request and passes each customer of the response to add.
func (r *reader) Call(ctx context.Context, state connector.State, add func(portal.Customer) error) (connector.State, error) {
	if len(state.Check) > 0 {
		return r.checkCustomer(ctx, state, add)
	}
	t, err := loadTraversal(state.Data)
	if err != nil {
		return state, err
	}
	if t.CheckKey {
		return r.checkKey(ctx, state, t)
	}
	address, err := t.nextURL(&r.source)
	if err != nil {
		return state, err
	}
	var seen int64
	e, err := r.fetch(ctx, &state, address, func(c portal.Customer) (bool, error) {
		c, keep, err := t.process(&r.source, c)
		if !keep || err != nil {
			return false, err
		}
		seen++
		return true, add(c)
	})
	if t.acceptsRefusal(err) {
		e, err = &envelope{}, nil
	}
	if seen == 0 && t.canSkip(err) {
		return t.skipReseller(&r.source, state, err)
	}
	if err != nil {
		return e.stateOfFailure(state), ctxErr(ctx, t.explainRefusal(&r.source, err))
	}
	more, err := t.finishResponse(&r.source, e)
	if err != nil {
		return e.stateOfFailure(state), err
	}
	state.Paths = mergePaths(state.Paths, e.paths.stats())
	state.Counted += seen
	return t.save(state, more, seen)
}

// testDuration is how long a test counts customers once the first has arrived.
const testDuration = 3 * time.Second

// errStopTest ends the reading of a response of which enough has been seen.
var errStopTest = errors.New("enough was read")

// Test makes one request about the MSSP. One customer that can be read proves that key and customer id are valid.
func (r *reader) Test(ctx context.Context) (*int64, error) {
	once := *r
	once.transport.tries = 1
	begin := r.transport.clock.Now()
	t := traversal{}
	var seen int64
	var state connector.State
	e, err := once.fetch(ctx, &state, r.source.address, func(c portal.Customer) (bool, error) {
		if r.transport.clock.Now().Sub(begin) > testDuration {
			return false, errStopTest
		}
		_, keep, err := t.process(&r.source, c)
		if keep && err == nil {
			seen++
		}
		return keep, err
	})
	if errors.Is(err, errStopTest) {
		return nil, nil
	}
	if err != nil {
		return nil, ctxErr(ctx, err)
	}
	more, err := t.finishResponse(&r.source, e)
	switch {
	case err != nil:
		return nil, err
	case t.Page != nil && t.Page.Total != nil && (t.skipsResellers(&r.source) || len(t.Pending) == 0):
		return t.Page.customersWithoutAccount(), nil
	case more:
		return nil, nil
	}
	return &seen, nil
}

// fetch sends a request, again as long as the response asks to retry, and reads the response.
func (r *reader) fetch(ctx context.Context, state *connector.State, address *url.URL, emit emitFunc) (*envelope, error) {
	for {
		if err := r.transport.waitTurn(ctx, &state.Progress); err != nil {
			return nil, err
		}
		var e *envelope
		response, err := r.transport.get(ctx, address)
		if err == nil {
			e, err = r.readResponse(response, emit)
		}
		var retry *retryable
		if !errors.As(err, &retry) {
			state.Refusals = 0
			return e, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := r.transport.backOff(ctx, state, retry); err != nil {
			return nil, err
		}
	}
}

// readResponse reads a response with status 200 and closes its body.
func (r *reader) readResponse(response *http.Response, emit emitFunc) (*envelope, error) {
	defer response.Body.Close()
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return nil, errWebPage
	}
	if response.ContentLength > r.transport.maxBytes {
		return nil, errLarge
	}
	e, err := decode(&limitedBody{response.Body, r.transport.maxBytes}, r.source.customerID, r.source.apiKey, r.mapping, emit)
	var message *messageError
	switch {
	case errors.As(err, &message):
		return nil, r.messageError(message, response.Header.Get("Retry-After"))
	case err != nil:
		return e, err
	}
	return e, e.readMetadata(r.harmless, response.Header, response.Trailer)
}

// messageError returns the error for a message in a response with status 200 and this Retry-After header.
func (r *reader) messageError(message *messageError, retryAfter string) error {
	// A sentence of ours follows the quotation, and ends it.
	text := strings.TrimSuffix(quoteKnownWords(message.text, r.source.apiKey), ".")
	lower := strings.ToLower(message.text)
	switch {
	case message.emitted > 0:
		return incompletef("%s broke its response off after %d customers. It says: %q.", product, message.emitted, text)
	case strings.Contains(lower, "rate limit") || strings.Contains(lower, "too many"):
		limited := errorf(connector.RateLimited, "%s says: %q. Another program may be using the same key; the next run tries again.",
			product, text)
		return &retryable{CallError: limited, retryAfter: retryAfter}
	}
	return errorf(connector.BadKey, "%s does not accept the API key or the customer id. It says: %q. Check both, or replace the key.",
		product, text)
}

// checkCustomer asks about the first customer of state.Check and passes that customer alone to add. A response that
// does not contain it means that it no longer exists. So does a refusal, once a later response shows that the key is
// still accepted.
func (r *reader) checkCustomer(ctx context.Context, state connector.State, add func(portal.Customer) error) (connector.State, error) {
	t, err := loadTraversal(state.Data)
	if err != nil {
		return state, err
	}
	if t.CheckKey {
		if err := r.fetchAccount(ctx, &state); err != nil {
			return state, ctxErr(ctx, err)
		}
		return t.finishCheck(state, 0)
	}
	id, page := state.Check[0], t.Page
	if page == nil {
		page = &pageState{}
	}
	address, err := page.url(customerURL(r.source.address, id), r.source.apiKey)
	if err != nil {
		return state, err
	}
	var found []portal.Customer
	e, err := r.fetch(ctx, &state, address, func(c portal.Customer) (bool, error) {
		if c.ExternalID != id {
			return false, nil
		}
		found = append(found, r.source.withoutOwnParent(c))
		return true, nil
	})
	more := false
	if err == nil && len(found) == 0 {
		more, err = page.add(e)
	}
	switch {
	case len(found) == 0 && isUnreadable(err):
		return t.refuseCheck(state)
	case ctx.Err() == nil && isPermanent(err):
		return t.abandonChecks(state)
	case err != nil:
		return state, ctxErr(ctx, err)
	case more:
		return t.checkNextPage(state, page)
	}
	for _, c := range found {
		if err := add(c); err != nil {
			return state, err
		}
	}
	if len(found) > 0 {
		state.Paths = mergePaths(state.Paths, e.paths.stats())
		state.Counted += int64(len(found))
	}
	return t.finishCheck(state, int64(len(found)))
}

// checkKey asks about the account. A response shows that the refusals before it concerned only their resellers.
func (r *reader) checkKey(ctx context.Context, state connector.State, t *traversal) (connector.State, error) {
	if err := r.fetchAccount(ctx, &state); err != nil {
		return state, ctxErr(ctx, err)
	}
	t.CheckKey, t.KeyConfirmed, t.KeyRefusals = false, true, 0
	return t.continueAfterSkip(&r.source, state, nil)
}

// fetchAccount asks about the account until the first customer arrives. It had customers when this run began, so a
// response without any is as much an error as a refusal.
func (r *reader) fetchAccount(ctx context.Context, state *connector.State) error {
	_, err := r.fetch(ctx, state, r.source.address, func(c portal.Customer) (bool, error) {
		if sameID(c.ExternalID, r.source.customerID) {
			return true, nil
		}
		return false, errStopTest
	})
	if errors.Is(err, errStopTest) {
		return nil
	}
	if err == nil {
		return incompletef("%s returned customers when this sync began, and none when it was asked again after a refusal.", product)
	}
	return err
}

// ctxErr returns ctx.Err() when the caller has cancelled, otherwise err.
func ctxErr(ctx context.Context, err error) error {
	var postponed *connector.Postponed
	if ctx.Err() != nil && !errors.As(err, &postponed) {
		return ctx.Err()
	}
	return err
}
