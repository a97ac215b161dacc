package lantern

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Company is a customer in the API's JSON. A company that is a partner is an MSP.
type Company struct {
	Key       string `json:"key"`
	Title     string `json:"title"`
	Partner   string `json:"partner"`
	IsPartner bool   `json:"is_partner"`
	Devices   int64  `json:"devices"`
}

// pageSize is the number of companies in a response.
const pageSize = 2

// Server is a running server of the API. It has one account.
type Server struct {
	*httptest.Server
	apiKey string
	now    func() time.Time

	mu        sync.Mutex
	companies []Company
	calls     []time.Time
}

// Start starts a server that accepts a key and tells the time of calls by now. It must be closed.
func Start(apiKey string, now func() time.Time) *Server {
	s := &Server{apiKey: apiKey, now: now}
	s.Server = httptest.NewServer(s)
	return s
}

// SetCompanies replaces the companies and clears the calls.
func (s *Server) SetCompanies(companies ...Company) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companies, s.calls = companies, nil
}

// Calls returns the times of the calls since SetCompanies.
func (s *Server) Calls() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, s.now())
	if r.Header.Get("X-Lantern-Key") != s.apiKey {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	from := min(max(0, offset), len(s.companies))
	to := min(from+pageSize, len(s.companies))
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"companies": s.companies[from:to], "more": to < len(s.companies)})
}
