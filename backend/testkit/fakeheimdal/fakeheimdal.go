// Package fakeheimdal imitates the one endpoint of Heimdal's dashboard API that the portal reads: the customers. The
// shape of its responses is what is publicly known (a bare array; in each object the id first and the name second), and
// so is its behaviour: a bearer key, five calls a minute, and a message with status 200 where the key or the customer
// id is wrong.
//
// Since little is known, it can respond in every other plausible shape (Shape) and fail in every plausible way (Rule),
// set with these methods, or from another process with Control.
package fakeheimdal

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// DefaultPerMinute is the assumed rate limit of the real API.
const DefaultPerMinute = 5

// path is the path of the API's base URL.
const path = "/api/heimdalapi"

// Config is the configuration of a server.
type Config struct {
	Listen     string // "" means 127.0.0.1:0
	APIKey     string
	CustomerID string // the account that Customers belong to
	PerMinute  int    // with one key from one address; 0: unlimited
	Customers  []Customer
	Shape      Shape
	// Certificate switches to https.
	Certificate *tls.Certificate
	// Now, if set, is the clock of the rate limit.
	Now func() time.Time
}

// Server is a running fake of the API.
type Server struct {
	config   Config
	listener net.Listener
	http     *http.Server
	closed   chan struct{}
	closing  sync.Once
	now      func() time.Time

	mu     sync.Mutex
	world  World
	shape  Shape
	rules  []*activeRule
	calls  []Call
	recent map[string][]time.Time // the calls of the last minute, by address and key
}

// Call is one call of the customers endpoint, with the status of its response.
type Call struct {
	At         time.Time `json:"at"`
	CustomerID string    `json:"customer_id"`
	Page       string    `json:"page,omitempty"` // pageNumber, or the offset of a link
	Status     int       `json:"status"`         // 0: none was sent
}

// Start starts a server that runs until Close or the end of ctx.
func Start(ctx context.Context, c Config) (*Server, error) {
	if c.APIKey == "" || c.CustomerID == "" {
		return nil, errors.New("the fake Heimdal needs an API key and a customer id")
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: c, listener: listener, world: list(c.Customers), shape: c.Shape, now: c.Now,
		closed: make(chan struct{}), recent: map[string][]time.Time{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path+"/customers", s.serveCustomers)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	if c.Certificate != nil {
		s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*c.Certificate}, MinVersion: tls.VersionTLS12}
		go s.http.ServeTLS(listener, "", "") //nolint:errcheck // it ends by Close
	} else {
		go s.http.Serve(listener) //nolint:errcheck // it ends by Close
	}
	context.AfterFunc(ctx, func() { s.Close() })
	return s, nil
}

// URL returns the base URL, to which `/customers?customerId=N` is appended.
func (s *Server) URL() string {
	scheme := "http"
	if s.config.Certificate != nil {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String() + path
}

// SetCustomers sets the customers of the next response.
func (s *Server) SetCustomers(customers []Customer) { s.SetWorld(list(customers)) }

// SetWorld is SetCustomers for customers that do not fit into memory.
func (s *Server) SetWorld(w World) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = w
}

// SetShape sets the shape of the next response.
func (s *Server) SetShape(shape Shape) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shape = shape
}

// SetFault makes every further call fail, until SetFault(None). The key and the rate are checked first.
func (s *Server) SetFault(f Fault) { s.Follow(Rule{Fault: f}) }

// Follow replaces the rules. Where several apply to a call, the first counts.
func (s *Server) Follow(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
	for _, r := range rules {
		s.rules = append(s.rules, newActiveRule(r))
	}
}

// Calls returns the number of calls of the customers endpoint, with refused ones.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// Log returns every call so far.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ResetRate resets the rate limit of all keys.
func (s *Server) ResetRate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.recent)
}

// Close stops the server at once and releases callers that wait for it.
func (s *Server) Close() error {
	s.closing.Do(func() { close(s.closed) })
	return s.http.Close()
}

func (s *Server) serveCustomers(w http.ResponseWriter, r *http.Request) {
	number, wait := s.count(r)
	noted := &statusRecorder{ResponseWriter: w, record: func(status int) { s.setStatus(number, status) }}
	if wait > 0 {
		tooMany(noted, wait)
		return
	}
	if !s.keyIsRight(r) {
		writeMessage(noted, "Authorization has been denied for this request.")
		return
	}
	s.mu.Lock()
	a := response{server: s, request: r, world: s.world, shape: s.shape, rule: s.rule(r.URL.Query().Get("customerId"))}
	s.mu.Unlock()
	a.write(noted)
}

// rule returns the rule for the next call for a customer.
func (s *Server) rule(customerID string) (chosen Rule) {
	for _, r := range s.rules {
		if r.applies(customerID) && chosen.Fault == None {
			chosen = r.Rule
		}
	}
	return chosen
}

// count records a call; wait is positive if the call is over the rate. Refused calls do not count against it.
func (s *Server) count(r *http.Request) (number int, wait time.Duration) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	who := host + " " + r.Header.Get("Authorization")
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	s.calls = append(s.calls, Call{At: now, CustomerID: query.Get("customerId"), Page: query.Get("pageNumber") + query.Get("from")})
	recent := s.recent[who]
	for len(recent) > 0 && now.Sub(recent[0]) >= time.Minute {
		recent = recent[1:]
	}
	s.recent[who] = recent
	if s.config.PerMinute > 0 && len(recent) >= s.config.PerMinute {
		return len(s.calls), recent[0].Add(time.Minute).Sub(now)
	}
	s.recent[who] = append(recent, now)
	return len(s.calls), 0
}

func (s *Server) setStatus(number, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[number-1].Status = status
}

func (s *Server) keyIsRight(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+s.config.APIKey)) == 1
}

// statusRecorder records the status of a response.
type statusRecorder struct {
	http.ResponseWriter
	record   func(status int)
	recorded bool
}

func (n *statusRecorder) WriteHeader(status int) {
	if !n.recorded {
		n.recorded = true
		n.record(status)
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *statusRecorder) Write(p []byte) (int, error) {
	if !n.recorded {
		n.recorded = true
		n.record(http.StatusOK)
	}
	return n.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (n *statusRecorder) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
	http.Error(w, "Rate limit exceeded.", http.StatusTooManyRequests)
}

func writeMessage(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	fmt.Fprintf(w, `{"message":%q}`, message)
}
