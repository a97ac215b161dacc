package provider

import (
	"crypto/rand"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

//go:embed pages.html
var pagesSource string

var pages = template.Must(template.New("pages").Parse(pagesSource))

// sessions stores, by cookie, the account that a browser last signed in with.
type sessions struct {
	mu       sync.Mutex
	accounts map[string]*Account
}

func newSessions() *sessions { return &sessions{accounts: map[string]*Account{}} }

func (s *sessions) get(r *http.Request, cookie string) *Account {
	c, err := r.Cookie(cookie)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts[c.Value]
}

func (s *sessions) put(w http.ResponseWriter, cookie string, a *Account) {
	id := rand.Text()
	s.mu.Lock()
	s.accounts[id] = a
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// showLogin lists the accounts. Like the originals it continues with the browser's last account unless the application
// sent prompt=select_account.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) {
	request, err := s.storage.find(r.URL.Query().Get("id"))
	if err != nil || request.Done() {
		s.expired(w)
		return
	}
	offered := s.offered(request)
	last := s.sessions.get(r, s.flavour.cookie)
	known := last != nil && slices.Contains(offered, last)
	switch {
	case known && !slices.Contains(request.Prompt, oidc.PromptSelectAccount) && !slices.Contains(request.Prompt, oidc.PromptLogin):
		s.finish(w, r, request, last)
	case slices.Contains(request.Prompt, oidc.PromptNone):
		s.refuse(w, r, request, "login_required", "No user is signed in.")
	default:
		s.render(w, http.StatusOK, "login", map[string]any{"Provider": s.flavour.name, "ID": request.id, "Accounts": offered})
	}
}

func (s *Server) submitLogin(w http.ResponseWriter, r *http.Request) {
	request, err := s.storage.find(r.PostFormValue("id"))
	if err != nil || request.Done() {
		s.expired(w)
		return
	}
	if r.PostFormValue("deny") != "" {
		s.refuse(w, r, request, "access_denied", "The user declined to sign in.")
		return
	}
	account := s.account(r.PostFormValue("account"))
	if account == nil || !slices.Contains(s.offered(request), account) {
		http.Error(w, "This account cannot sign in here.", http.StatusBadRequest)
		return
	}
	s.sessions.put(w, s.flavour.cookie, account)
	s.finish(w, r, request, account)
}

// offered returns the accounts to choose from: all, or at the endpoint of an Entra ID tenant only its own.
func (s *Server) offered(request *authRequest) []*Account {
	var list []*Account
	for i := range s.config.Accounts {
		account := &s.config.Accounts[i]
		if request.tenant == "" || request.tenant == organizations || request.tenant == account.TenantID {
			list = append(list, account)
		}
	}
	return list
}

// finish redirects to the application with a code for the account.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, request *authRequest, account *Account) {
	if !s.storage.choose(request, account) {
		s.expired(w)
		return
	}
	code, err := op.CreateAuthRequestCode(r.Context(), request, s.storage, s.provider.Crypto())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.respond(w, r, request, url.Values{"code": {code}})
}

// refuse redirects to the application with an error and ends the sign-in.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, request *authRequest, code, description string) {
	if err := s.storage.burn(request.id); err != nil {
		s.expired(w)
		return
	}
	s.respond(w, r, request, url.Values{"error": {code}, "error_description": {description}})
}

// respond sends the browser back to the application, by redirect or by a form that submits itself.
func (s *Server) respond(w http.ResponseWriter, r *http.Request, request *authRequest, values url.Values) {
	if request.State != "" {
		values.Set("state", request.State)
	}
	if s.flavour.issuerInRedirect {
		values.Set("iss", s.Issuer())
	}
	if request.ResponseMode == oidc.ResponseModeFormPost {
		s.render(w, http.StatusOK, "form_post", map[string]any{"Action": request.RedirectURI, "Values": values})
		return
	}
	http.Redirect(w, r, request.RedirectURI+"?"+values.Encode(), http.StatusFound)
}

func (s *Server) expired(w http.ResponseWriter) {
	s.render(w, http.StatusBadRequest, "expired", map[string]any{"Provider": s.flavour.name})
}

func (s *Server) render(w http.ResponseWriter, status int, page string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	pages.ExecuteTemplate(w, page, data) //nolint:errcheck // the browser has gone away
}
