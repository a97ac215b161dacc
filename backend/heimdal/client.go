package heimdal

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Client reads all customers at once.
type Client struct{ reader portal.Reader }

// New makes a client of one connection.
func New(baseURL, customerID, apiKey string, perMinute int, hc *http.Client) (*Client, error) {
	r, err := NewConnector().Open(portal.ConnectionSettings{BaseURL: baseURL, CustomerID: customerID}, apiKey,
		portal.ReadOptions{PerMinute: perMinute, HTTPClient: hc})
	return &Client{r}, err
}

// Customers answers every customer.
func (c *Client) Customers(ctx context.Context) ([]portal.Customer, error) {
	var all []portal.Customer
	var state portal.ReadState
	seen := map[string]bool{}
	add := func(c portal.Customer) error {
		if seen[c.ExternalID] {
			return errorf(portal.DuplicateID, "The answer holds two customers with the id %s.", c.ExternalID)
		}
		seen[c.ExternalID] = true
		all = append(all, c)
		return nil
	}
	for !state.Done {
		var err error
		state, err = c.reader.Call(ctx, state, add)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
