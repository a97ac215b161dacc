package heimdalstand

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"fs-client-portal/backend/portal"
)

// Order is what another process may have the stand-in do; what it leaves out stays as it is.
type Order struct {
	// Customers are a new world.
	Customers *[]Customer `json:"customers,omitempty"`
	// LeaveOut hides that many of a hundred of the customers it began with; 0 brings them all back.
	LeaveOut *int    `json:"leave_out,omitempty"`
	Shape    *Shape  `json:"shape,omitempty"`
	Rules    *[]Rule `json:"rules,omitempty"`
}

// Control listens on a loopback port of its own for orders: POST /order with an Order, GET /calls for every call so far.
// It answers its address. Nobody but this machine is listened to, nor a web page that is open on it.
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
	mux.HandleFunc("POST /order", s.takeOrder)
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(s.Log()) }) //nolint:errcheck // the caller has gone away
	server := &http.Server{Handler: fromHere(mux), ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	go server.Serve(listener) //nolint:errcheck // it ends by Close
	go func() {
		<-s.closed
		server.Close()
	}()
	return "http://" + listener.Addr().String(), nil
}

// fromHere refuses callers that are not on this machine, and names that only lead here (a page of another host's in a
// browser here sends that host's name, or its own origin).
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

func (s *Server) takeOrder(w http.ResponseWriter, r *http.Request) {
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

// Obey does what an order says.
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

// leaveOut keeps all but percent of a hundred, evenly spread.
func leaveOut(customers []Customer, percent int) []Customer {
	var kept []Customer
	for i, c := range customers {
		if i*percent/100 == (i+1)*percent/100 {
			kept = append(kept, c)
		}
	}
	return kept
}
