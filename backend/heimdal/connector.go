package heimdal

import (
	"context"

	"fs-client-portal/backend/portal"
)

// Connector opens readers of Heimdal connections. Those of one endpoint and key share a pace.
type Connector struct{}

// NewConnector makes a Connector; a process needs one.
func NewConnector() *Connector { return &Connector{} }

// Product is what the portal calls Heimdal.
func (*Connector) Product() portal.Product {
	return portal.Product{
		ID: portal.ProductHeimdal, Name: "Heimdal", BaseURL: "https://rc-dashboard.heimdalsecurity.com/api/heimdalapi",
	}
}

// Check answers a portal.Error that names the setting at fault.
func (*Connector) Check(s portal.ConnectionSettings, apiKey string) error {
	_, err := New(s.BaseURL, s.CustomerID, apiKey, 0, nil)
	return err
}

// Open makes a reader of one connection.
func (*Connector) Open(s portal.ConnectionSettings, apiKey string, o portal.ReadOptions) (portal.Reader, error) {
	client, err := New(s.BaseURL, s.CustomerID, apiKey, o.PerMinute, o.HTTPClient)
	if err != nil {
		return nil, err
	}
	if o.Clock != nil {
		client.clock = o.Clock
	}
	return reader{client}, nil
}

type reader struct{ *Client }

func (r reader) Test(ctx context.Context) (*int64, error) {
	customers, err := r.Customers(ctx)
	n := int64(len(customers))
	return &n, err
}

func (r reader) Call(ctx context.Context, state portal.ReadState, add func(portal.Customer) error) (portal.ReadState, error) {
	customers, err := r.Customers(ctx)
	if err != nil {
		return state, err
	}
	for _, c := range customers {
		c.Kind = portal.HeimdalKind(c.Type)
		if err := add(c); err != nil {
			return state, err
		}
	}
	state.Done = true
	state.Progress.Calls++
	state.Progress.Seen = int64(len(customers))
	return state, nil
}
