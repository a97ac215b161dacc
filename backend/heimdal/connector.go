package heimdal

import (
	"net"
	"net/url"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

// Asking says when resellers are asked one by one for their customers.
type Asking string

const (
	// AskIfNeeded asks when the answer about the MSSP names resellers and says of no client whose it is.
	AskIfNeeded Asking = ""
	AskAlways   Asking = "always"
	AskNever    Asking = "never"
)

// Connector opens readers of Heimdal connections; those of one endpoint and key share a pace, so a process needs one
// Connector. The zero Connector is ready.
type Connector struct {
	Asking Asking
	paces  paces
}

// NewConnector makes a Connector.
func NewConnector() *Connector { return &Connector{} }

// Product is what the portal calls Heimdal.
func (*Connector) Product() portal.Product {
	return portal.Product{
		ID: portal.ProductHeimdal, Name: "Heimdal", BaseURL: "https://rc-dashboard.heimdalsecurity.com/api/heimdalapi",
	}
}

// Check answers a portal.Error that names the setting at fault: the base URL must be https, or http on loopback.
func (*Connector) Check(s portal.ConnectionSettings, apiKey string) error {
	if _, err := customersURL(s.BaseURL, s.CustomerID); err != nil {
		return err
	}
	if !isPrintable(strings.TrimSpace(apiKey)) {
		return portal.InvalidField("api_key", "The API key must be one line of printable characters without spaces.")
	}
	return nil
}

// Open makes a reader of one connection.
func (c *Connector) Open(s portal.ConnectionSettings, apiKey string, o portal.ReadOptions) (portal.Reader, error) {
	if err := c.Check(s, apiKey); err != nil {
		return nil, err
	}
	return c.open(s, strings.TrimSpace(apiKey), o), nil
}

// open is Open for settings that are checked.
func (c *Connector) open(s portal.ConnectionSettings, apiKey string, o portal.ReadOptions) *reader {
	address, _ := customersURL(s.BaseURL, s.CustomerID)
	r := &reader{
		asking: c.Asking, address: address, customerID: strings.TrimSpace(s.CustomerID), apiKey: apiKey,
		http: newHTTP(o.HTTPClient, address), clock: o.Clock, waiting: o.Waiting, calling: o.Calling,
		pace: c.paces.get(address.Host+address.Path, apiKey), tries: maxTries,
		mapping: newMapping(o.Fields), harmless: harmlessSet(o.Harmless), recorder: o.Record,
		maxBytes: maxResponseBytes, headerTimeout: defaultHeaderTimeout, idleTimeout: defaultIdleTimeout,
	}
	if o.PerMinute > 0 {
		r.interval = time.Minute / time.Duration(o.PerMinute)
	}
	if r.clock == nil {
		r.clock = portal.RealClock{}
	}
	if r.waiting == nil {
		r.waiting = func(time.Time) {}
	}
	if r.calling == nil {
		r.calling = func(time.Time) {}
	}
	return r
}

func isPrintable(key string) bool {
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return key != ""
}

// customersURL appends the endpoint to baseURL.
func customersURL(baseURL, customerID string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(baseURL))
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, portal.InvalidField("base_url", "The base URL must look like https://rc-dashboard.heimdalsecurity.com/api/heimdalapi.")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())) {
		return nil, portal.InvalidField("base_url", "The base URL must begin with https://; plain http is accepted for loopback alone.")
	}
	customerID = strings.TrimSpace(customerID)
	if customerID == "" {
		return nil, portal.InvalidField("customer_id", "The Heimdal customer id is empty.")
	}
	if base.Path == "" {
		base.Path = "/"
	}
	base.Host = strings.ToLower(base.Host)
	return customerURL(base.JoinPath("customers"), customerID), nil
}

// about puts the question for one customer id's customers.
func customerURL(address *url.URL, customerID string) *url.URL {
	asked := *address
	asked.RawQuery = url.Values{"customerId": {customerID}}.Encode()
	return &asked
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
