// Package heimdalstand imitates the one endpoint of Heimdal's dashboard API that the portal reads: the customers. The
// answer's shape is put together from what is publicly known of it (a bare array; in each object the id first and the
// name second), and so are its manners: a bearer key, five calls a minute, and a message with status 200 where
// something is wrong with the key or the customer.
//
// Since little is known, it answers in every other shape one must reckon with (Shape), and goes wrong in every way one
// must survive (Rule), on command: by these methods, or from another process by Control.
package heimdalstand

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

// DefaultPerMinute is the rate the real API is said to have.
const DefaultPerMinute = 5

// path is everything of the API's address that follows the host.
const path = "/api/heimdalapi"

// Config says what the stand-in answers, and to whom.
type Config struct {
	Listen     string // "" means 127.0.0.1:0
	APIKey     string
	CustomerID string // whose customers Customers are
	PerMinute  int    // calls a minute with one key from one address; 0: unlimited
	Customers  []Customer
	Shape      Shape
	// Certificate makes it https.
	Certificate *tls.Certificate
	// Now, if set, is the clock the calls a minute are counted by.
	Now func() time.Time
}

// Server is a running stand-in.
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

// Call is a call of the customers endpoint as it arrived, and the status it got.
type Call struct {
	At         time.Time `json:"at"`
	CustomerID string    `json:"customer_id"`
	Page       string    `json:"page,omitempty"` // pageNumber, or the place a link led to
	Status     int       `json:"status"`         // 0: none was sent
}

// Start serves until Close or the end of ctx.
func Start(ctx context.Context, c Config) (*Server, error) {
	if c.APIKey == "" || c.CustomerID == "" {
		return nil, errors.New("the Heimdal stand-in needs an API key and a customer id")
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

// URL is the base that `/customers?customerId=N` is appended to.
func (s *Server) URL() string {
	scheme := "http"
	if s.config.Certificate != nil {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String() + path
}

// SetCustomers changes what the next call answers.
func (s *Server) SetCustomers(customers []Customer) { s.SetWorld(list(customers)) }

// SetWorld is SetCustomers for a world too large to hold.
func (s *Server) SetWorld(w World) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = w
}

// SetShape changes the form of the next answer.
func (s *Server) SetShape(shape Shape) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shape = shape
}

// Misbehave makes every call from now on go wrong, until Misbehave(None). It comes after the checks of rate and key.
func (s *Server) Misbehave(f Fault) { s.Follow(Rule{Fault: f}) }

// Follow makes calls go wrong as the rules say, and forgets earlier rules. Of several that say something of a call the
// first counts.
func (s *Server) Follow(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
	for _, r := range rules {
		s.rules = append(s.rules, newActiveRule(r))
	}
}

// Calls counts the calls of the customers endpoint, refused ones too.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// Log answers every call so far.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Forget has the calls so far count against nobody's rate.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.recent)
}

// Close stops the stand-in at once and lets go of callers it keeps waiting.
func (s *Server) Close() error {
	s.closing.Do(func() { close(s.closed) })
	return s.http.Close()
}

func (s *Server) serveCustomers(w http.ResponseWriter, r *http.Request) {
	number, wait := s.count(r)
	noted := &noting{ResponseWriter: w, note: func(status int) { s.note(number, status) }}
	if wait > 0 {
		tooMany(noted, wait)
		return
	}
	if !s.keyIsRight(r) {
		writeMessage(noted, "Authorization has been denied for this request.")
		return
	}
	s.mu.Lock()
	a := answer{server: s, request: r, world: s.world, shape: s.shape, rule: s.rule(r.URL.Query().Get("customerId"))}
	s.mu.Unlock()
	a.write(noted)
}

// rule finds the rule for the next call of a customer's.
func (s *Server) rule(customerID string) (chosen Rule) {
	for _, r := range s.rules {
		if r.applies(customerID) && chosen.Fault == None {
			chosen = r.Rule
		}
	}
	return chosen
}

// count notes a call; above zero it must wait that long. Refused calls do not count against the rate.
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

func (s *Server) note(number, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[number-1].Status = status
}

func (s *Server) keyIsRight(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+s.config.APIKey)) == 1
}

// noting tells the status of an answer.
type noting struct {
	http.ResponseWriter
	note func(status int)
	told bool
}

func (n *noting) WriteHeader(status int) {
	if !n.told {
		n.told = true
		n.note(status)
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *noting) Write(p []byte) (int, error) {
	if !n.told {
		n.told = true
		n.note(http.StatusOK)
	}
	return n.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (n *noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
	http.Error(w, "Rate limit exceeded.", http.StatusTooManyRequests)
}

func writeMessage(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	fmt.Fprintf(w, `{"message":%q}`, message)
}
