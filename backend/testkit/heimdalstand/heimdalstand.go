// Package heimdalstand imitates the one endpoint of Heimdal's dashboard API that the portal reads: the customers. The
// answer's shape is put together from what is publicly known of it (a bare array; in each object the id first and the
// name second), and so are its manners: a bearer key, five calls a minute, and a message with status 200 where
// something is wrong with the key or the customer.
package heimdalstand

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// DefaultPerMinute is the rate the real API is said to have.
const DefaultPerMinute = 5

// path is everything of the API's address that follows the host.
const path = "/api/heimdalapi"

// Customer is one customer as the API answers it.
type Customer = map[string]any

// Config says what the stand-in answers, and to whom.
type Config struct {
	Listen     string // "" means 127.0.0.1:0
	APIKey     string
	CustomerID string // whose customers Customers are
	PerMinute  int    // calls a minute from one address; 0: unlimited
	Customers  []Customer
}

// Fault is a way of going wrong.
type Fault int

const (
	// None answers as configured.
	None Fault = iota
	// Garbage answers 200 and JSON that is not JSON.
	Garbage
	// Truncated breaks the connection in the middle of a good answer.
	Truncated
	// HTML answers 200 and a web page, as a proxy or a login wall does.
	HTML
	// Message200 answers 200 and an object with a message, as for a bad key.
	Message200
	// Status500 answers 500.
	Status500
	// Slow answers nothing until the caller gives up.
	Slow
)

// Server is a running stand-in.
type Server struct {
	config   Config
	listener net.Listener
	http     *http.Server
	closed   chan struct{}
	closing  sync.Once
	now      func() time.Time

	mu        sync.Mutex
	customers []Customer
	fault     Fault
	calls     int
	recent    map[string][]time.Time // the calls of the last minute, by address
}

// Start serves until Close or the end of ctx.
func Start(ctx context.Context, c Config) (*Server, error) {
	if c.APIKey == "" || c.CustomerID == "" {
		return nil, fmt.Errorf("the Heimdal stand-in needs an API key and a customer id")
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: c, listener: listener, customers: c.Customers, now: time.Now,
		closed: make(chan struct{}), recent: map[string][]time.Time{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path+"/customers", s.serveCustomers)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go s.http.Serve(listener) //nolint:errcheck // it ends by Close
	context.AfterFunc(ctx, func() { s.Close() })
	return s, nil
}

// URL is the base that `/customers?customerId=N` is appended to.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() + path }

// SetCustomers changes what the next call answers.
func (s *Server) SetCustomers(customers []Customer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.customers = customers
}

// Misbehave makes every call from now on go wrong, until Misbehave(None). It comes after the checks of rate and key.
func (s *Server) Misbehave(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Calls counts the calls of the customers endpoint, refused ones too.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Close stops the stand-in at once and lets go of callers it keeps waiting.
func (s *Server) Close() error {
	s.closing.Do(func() { close(s.closed) })
	return s.http.Close()
}

func (s *Server) serveCustomers(w http.ResponseWriter, r *http.Request) {
	if wait := s.count(r); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		http.Error(w, "Rate limit exceeded.", http.StatusTooManyRequests)
		return
	}
	if !s.keyIsRight(r) {
		writeMessage(w, "Authorization has been denied for this request.")
		return
	}
	if r.URL.Query().Get("customerId") != s.config.CustomerID {
		writeMessage(w, "You do not have access to this customer.")
		return
	}
	s.mu.Lock()
	fault, customers := s.fault, s.customers
	s.mu.Unlock()
	s.answer(w, r, fault, customers)
}

// count notes a call; above zero it must wait that long. Refused calls do not count against the rate.
func (s *Server) count(r *http.Request) time.Duration {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	recent := s.recent[host]
	for len(recent) > 0 && now.Sub(recent[0]) >= time.Minute {
		recent = recent[1:]
	}
	s.recent[host] = recent
	if s.config.PerMinute > 0 && len(recent) >= s.config.PerMinute {
		return recent[0].Add(time.Minute).Sub(now)
	}
	s.recent[host] = append(recent, now)
	return 0
}

func (s *Server) keyIsRight(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+s.config.APIKey)) == 1
}
