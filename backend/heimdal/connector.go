package heimdal

import (
	"net/url"
	"strings"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// source identifies what is read.
type source struct {
	address    *url.URL // the customers endpoint, for the account's own customer id
	customerID string
	apiKey     string
	asking     Asking
}

// Asking selects when resellers are asked about one by one.
type Asking string

const (
	// AskIfNeeded asks when the response about the MSSP names resellers and no client in it has a parent.
	AskIfNeeded Asking = ""
	AskAlways   Asking = "always"
	AskNever    Asking = "never"
)

// Connector opens readers of Heimdal connections. Readers of one endpoint and key share a pace, so a process needs one
// Connector. The zero Connector is ready to use.
type Connector struct {
	Asking Asking
	paces  paces
}

// NewConnector returns a Connector.
func NewConnector() *Connector { return &Connector{} }

// Product returns the facts about the product.
func (*Connector) Product() connector.Product {
	return connector.Product{
		Product:         portal.Product{ID: ProductID, Name: product, BaseURL: defaultBaseURL},
		PerMinute:       perMinute,
		RateAdvice:      "Ask for a higher rate of calls at the product, or raise PORTAL_HEIMDAL_RATE.",
		DashboardDomain: dashboardDomain,
		ClientTypes:     []string{typeCorporate},
	}
}

// Check returns a portal.Error that names the invalid setting: the base URL must be https, or http on loopback.
func (*Connector) Check(s connector.Settings, apiKey string) error {
	if _, err := customersURL(s.BaseURL, s.CustomerID); err != nil {
		return err
	}
	if !isPrintable(strings.TrimSpace(apiKey)) {
		return portal.InvalidField("api_key", "The API key must be one line of printable characters without spaces.")
	}
	return nil
}

// Open returns a reader of one connection. The error is Check's.
func (c *Connector) Open(s connector.Settings, apiKey string, o connector.Options) (connector.Reader, error) {
	if err := c.Check(s, apiKey); err != nil {
		return nil, err
	}
	return c.open(s, strings.TrimSpace(apiKey), o), nil
}

// open returns a reader for settings that have been checked.
func (c *Connector) open(s connector.Settings, apiKey string, o connector.Options) *reader {
	address, _ := customersURL(s.BaseURL, s.CustomerID)
	return &reader{
		source:    source{address: address, customerID: strings.TrimSpace(s.CustomerID), apiKey: apiKey, asking: c.Asking},
		transport: newTransport(address, apiKey, c.paces.get(address.Host+address.Path, apiKey), o),
		mapping:   newMapping(o.Fields),
		harmless:  harmlessSet(o.Harmless),
	}
}

// isPrintable reports whether a key is not empty and has only printable ASCII characters without spaces.
func isPrintable(key string) bool {
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return key != ""
}

// customersURL returns the address of the customers endpoint under baseURL for a customer id.
func customersURL(baseURL, customerID string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(baseURL))
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, portal.InvalidField("base_url", "The base URL must look like "+defaultBaseURL+".")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !portal.Loopback(base.Hostname())) {
		return nil, portal.InvalidField("base_url", "The base URL must begin with https://; plain http is accepted for loopback alone.")
	}
	customerID = strings.TrimSpace(customerID)
	if customerID == "" {
		return nil, portal.InvalidField("customer_id", "The "+product+" customer id is empty.")
	}
	if base.Path == "" {
		base.Path = "/"
	}
	base.Host = strings.ToLower(base.Host)
	return customerURL(base.JoinPath("customers"), customerID), nil
}

// customerURL returns address for another customer id.
func customerURL(address *url.URL, customerID string) *url.URL {
	u := *address
	u.RawQuery = url.Values{"customerId": {customerID}}.Encode()
	return &u
}
