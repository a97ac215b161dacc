package lantern

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// reader reads the companies page by page.
type reader struct {
	settings connector.Settings
	apiKey   string
	options  connector.Options
}

// Test makes one call. It returns the number of companies if they are on one page.
func (r *reader) Test(ctx context.Context) (*int64, error) {
	var state connector.State
	page, err := r.get(ctx, &state)
	if err != nil || page.More {
		return nil, err
	}
	n := int64(len(page.Companies))
	return &n, nil
}

// Call reads the next page.
func (r *reader) Call(ctx context.Context, state connector.State, add func(portal.Customer) error) (connector.State, error) {
	next := state
	page, err := r.get(ctx, &next)
	if err != nil {
		return state, err
	}
	for _, raw := range page.Companies {
		customer, err := Connector{}.Interpret(raw, nil)
		if err != nil {
			return state, err
		}
		if err := add(customer); err != nil {
			return state, err
		}
	}
	next.Progress.Calls++
	next.Progress.Seen += int64(len(page.Companies))
	next.Counted = next.Progress.Seen
	next.Paths, next.Done = paths(next.Counted), !page.More
	return next, nil
}

// page is one response of the API.
type page struct {
	Companies []json.RawMessage `json:"companies"`
	More      bool              `json:"more"`
}

// get waits for the pace and requests the page that comes after the companies that were read.
func (r *reader) get(ctx context.Context, state *connector.State) (page, error) {
	if err := r.waitTurn(ctx, &state.Progress); err != nil {
		return page{}, err
	}
	query := url.Values{"account": {r.settings.CustomerID}, "offset": {strconv.FormatInt(state.Progress.Seen, 10)}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.settings.BaseURL+"/companies?"+query.Encode(), nil)
	if err != nil {
		return page{}, err
	}
	request.Header.Set("X-Lantern-Key", r.apiKey)
	response, err := r.client().Do(request)
	if err != nil {
		return page{}, connector.CallErrorf(connector.Unreachable, "%s cannot be reached.", Name)
	}
	defer response.Body.Close()
	var p page
	switch {
	case response.StatusCode == http.StatusUnauthorized:
		return p, connector.CallErrorf(connector.BadKey, "%s does not accept the API key.", Name)
	case response.StatusCode != http.StatusOK:
		return p, connector.CallErrorf(connector.ServerError, "%s responded with status %d.", Name, response.StatusCode)
	}
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil {
		return p, connector.CallErrorf(connector.Garbage, "%s returned something that is not a list of companies.", Name)
	}
	return p, nil
}

// waitTurn waits until the next call may be made, and reports it.
func (r *reader) waitTurn(ctx context.Context, p *connector.Progress) error {
	clock := r.options.Clock
	if clock == nil {
		clock = connector.RealClock{}
	}
	if r.options.PerMinute > 0 && !p.LastCall.IsZero() {
		next := p.LastCall.Add(time.Minute / time.Duration(r.options.PerMinute))
		if wait := next.Sub(clock.Now()); wait > 0 {
			if err := clock.Sleep(ctx, wait); err != nil {
				return err
			}
		}
	}
	if r.options.Calling != nil {
		r.options.Calling(clock.Now())
	}
	p.LastCall = clock.Now()
	return ctx.Err()
}

func (r *reader) client() *http.Client {
	if r.options.HTTPClient != nil {
		return r.options.HTTPClient
	}
	return http.DefaultClient
}

// paths returns the paths of n companies, which all have the same members.
func paths(n int64) []portal.PathStats {
	path := func(name, kind string, field portal.CustomerField) portal.PathStats {
		p := portal.PathStats{TypeCounts: map[string]int64{kind: n}, FieldPath: portal.FieldPath{
			Path: name, Types: []string{kind}, Customers: n, Example: fmt.Sprintf("a %s", kind), Source: portal.SourceNone,
		}}
		if field != "" {
			p.Field, p.Source = &field, portal.SourceAutomatic
		}
		return p
	}
	return []portal.PathStats{
		path("key", "text", portal.FieldID), path("title", "text", portal.FieldName), path("partner", "text", portal.FieldParent),
		path("is_partner", "yes_no", ""), path("devices", "number", portal.FieldSeatsUsed),
	}
}
