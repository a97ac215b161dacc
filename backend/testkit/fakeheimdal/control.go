package fakeheimdal

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"fs-client-portal/backend/portal"
)

// Order is a change that another process requests; what it leaves out stays as it is.
type Order struct {
	// Customers replace all customers.
	Customers *[]Customer `json:"customers,omitempty"`
	// LeaveOut hides that percentage of the initial customers; 0 shows all of them.
	LeaveOut *int    `json:"leave_out,omitempty"`
	Shape    *Shape  `json:"shape,omitempty"`
	Rules    *[]Rule `json:"rules,omitempty"`
}

// Control listens on a loopback port of its own: POST /order with an Order, GET /calls for every call so far. It
// returns its address. It refuses other computers, and web pages in a browser on this one.
func (s *Server) Control(ctx context.Context) (string, error) {
	return s.ControlAt(ctx, "127.0.0.1:0")
}

// ControlAt is Control on a given loopback address.
func (s *Server) ControlAt(ctx context.Context, address string) (string, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !portal.Loopback(host) {
		return "", errors.New("orders are taken on a loopback address only")
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /order", s.serveOrder)
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter,
		_ *http.Request) {
		json.NewEncoder(w).Encode(s.Log()) //nolint:errcheck // the caller has gone away
	})
	server := &http.Server{Handler: fromHere(mux), ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	go server.Serve(listener) //nolint:errcheck // it ends by Close
	go func() {
		<-s.closed
		server.Close()
	}()
	return "http://" + listener.Addr().String(), nil
}

// fromHere refuses callers on other computers, and host names that only resolve to this one: a web page of another
// host sends that host's name, or its own origin.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, _, callerErr := net.SplitHostPort(r.RemoteAddr)
		host, _, hostErr := net.SplitHostPort(r.Host)
		if callerErr != nil || hostErr != nil || !portal.Loopback(caller) || !portal.Loopback(host) || r.Header.Get("Origin") != "" {
			http.Error(w, "not from here", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) serveOrder(w http.ResponseWriter, r *http.Request) {
	var order Order
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&order); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.Obey(order)
	w.WriteHeader(http.StatusNoContent)
}

// Obey applies an order.
func (s *Server) Obey(order Order) {
	if order.Customers != nil {
		s.SetCustomers(*order.Customers)
	}
	if order.LeaveOut != nil {
		s.SetCustomers(leaveOut(s.config.Customers, *order.LeaveOut))
	}
	if order.Shape != nil {
		s.SetShape(*order.Shape)
	}
	if order.Rules != nil {
		s.Follow(*order.Rules...)
	}
}

// leaveOut removes percent of a hundred customers, evenly spread.
func leaveOut(customers []Customer, percent int) []Customer {
	var kept []Customer
	for i, c := range customers {
		if i*percent/100 == (i+1)*percent/100 {
			kept = append(kept, c)
		}
	}
	return kept
}
