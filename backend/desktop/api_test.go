package desktop

import (
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
)

// signedInWith returns a signed-in app whose API has one more route.
func signedInWith(t *testing.T, pattern string, handler http.HandlerFunc) *testApp {
	t.Helper()
	b := newTestApp(t)
	b.api.mux.HandleFunc(pattern, b.api.signedIn(handler))
	b.signIn(t)
	return b
}

func TestETagCache(t *testing.T) {
	t.Run("reuses_an_unchanged_list", testETagCacheReusesAnUnchangedList)
	t.Run("is_emptied_for_the_next_user", testETagCacheIsEmptiedForTheNextUser)
	t.Run("keeps_the_latest_responses", testETagCacheKeepsTheLatestResponses)
}

func testETagCacheReusesAnUnchangedList(t *testing.T) {
	full := 0
	b := signedInWith(t, "GET /v1/clients", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"7"`)
		if r.Header.Get("If-None-Match") == `"7"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		reply(w, 200, portal.ClientPage{Items: []portal.Client{{Name: "Acme " + r.URL.Query().Get("q")}}, Total: 1})
	})
	for range 3 {
		page, err := b.Clients(t.Context(), portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: "a&b"}, Limit: 50})
		if err != nil || page.Items[0].Name != "Acme a&b" {
			t.Fatalf("%+v %v", page, err)
		}
	}
	if full != 1 {
		t.Errorf("sent %d times", full)
	}
	other := portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: "other"}}
	if page, err := b.Clients(t.Context(), other); err != nil || page.Items[0].Name != "Acme other" {
		t.Errorf("another query got %+v %v", page, err)
	}
	if _, err := b.UseGrant(t.Context(), uuid.NewString()); err != nil {
		t.Fatal(err)
	}
	before := full
	if _, err := b.Clients(t.Context(), other); err != nil || full != before+1 {
		t.Errorf("another grant got the first one's list: %v", err)
	}
}

func testETagCacheIsEmptiedForTheNextUser(t *testing.T) {
	b := newTestApp(t)
	b.endpoint.api.cache.put("key", cachedResponse{"e", []byte("{}")})
	b.signIn(t)
	b.endpoint.api.cache.put("key", cachedResponse{"e", []byte("{}")})
	if err := b.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, found := b.endpoint.api.cache.get("key"); found {
		t.Error("a response outlived the sign-out")
	}
}

func testETagCacheKeepsTheLatestResponses(t *testing.T) {
	var c etagCache
	for i := range 3 * etagKept {
		c.put(strings.Repeat("x", i), cachedResponse{})
	}
	_, oldest := c.get("")
	_, newest := c.get(strings.Repeat("x", 3*etagKept-1))
	if len(c.responses) != etagKept || oldest || !newest {
		t.Errorf("%d responses kept, oldest %v, newest %v", len(c.responses), oldest, newest)
	}
}

func TestQueryOf(t *testing.T) {
	t.Run("every_parameter_of_a_screen_reaches_the_API", func(t *testing.T) {
		q := portal.ClientQuery{
			ClientFilter: portal.ClientFilter{
				Q: "Müller & Söhne", Status: "active", StatusReason: "demo", Type: "CORP", LicenceType: "EDR", SPLA: "yes",
				SeatsUsed: "5..", SeatsTotal: "..9", MSPID: "none", SeatsExceeded: "yes", ExpiresOn: "expired", ExpiresWithin: 30,
				Name: "^Müller", ExternalID: "=17", MSPName: "!Alpine", Products: "EDR,none", FirstSeenAt: "2026-12-01..",
				LastSeenAt: "..2026-12-31",
			},
			Sort: "-name", Cursor: "c", Limit: 20,
		}
		for i, v := 0, reflect.ValueOf(q.ClientFilter); i < v.NumField(); i++ {
			if v.Field(i).IsZero() {
				t.Errorf("the test sets no %s", v.Type().Field(i).Name)
			}
		}
		want := "cursor=c&expires_on=expired&expires_within=30&external_id=%3D17&first_seen_at=2026-12-01.." +
			"&last_seen_at=..2026-12-31&licence_type=EDR&limit=20&msp_id=none&msp_name=%21Alpine&name=%5EM%C3%BCller" +
			"&products=EDR%2Cnone&q=M%C3%BCller+%26+S%C3%B6hne&seats_exceeded=yes&seats_total=..9&seats_used=5.." +
			"&sort=-name&spla=yes&status=active&status_reason=demo&type=CORP"
		if got := queryOf(q).Encode(); got != want {
			t.Errorf("got query %s, want %s", got, want)
		}
	})
	t.Run("an_empty_query_has_no_parameter", func(t *testing.T) {
		if got := queryOf(portal.ClientQuery{}).Encode(); got != "" {
			t.Errorf("got query %q, want none", got)
		}
	})
}

func TestAPI(t *testing.T) {
	t.Run("accepts_only_UUIDs_in_addresses", testAPIAcceptsOnlyUUIDsInAddresses)
	t.Run("passes_problems_to_the_screen", testAPIPassesProblemsToTheScreen)
	t.Run("writes", testAPIWrites)
	t.Run("changes_the_organisation", testAPIChangesTheOrganisation)
	t.Run("names_the_connection_to_sync", testAPINamesTheConnectionToSync)
	t.Run("recognises_foreign_responses", testAPIRecognisesForeignResponses)
	t.Run("limits_the_size_of_a_response", testAPILimitsTheSizeOfAResponse)
	t.Run("retries_only_reads_after_a_broken_connection", testAPIRetriesOnlyReadsAfterABrokenConnection)
	t.Run("refuses_an_unknown_certificate_until_it_is_added", testAPIRefusesAnUnknownCertificateUntilItIsAdded)
	t.Run("logs_no_names_queries_or_tokens", testAPILogsNoNamesQueriesOrTokens)
	t.Run("returns_no_null_list", testAPIReturnsNoNullList)
	t.Run("returns_no_secret", testAPIReturnsNoSecret)
}

func testAPIAcceptsOnlyUUIDsInAddresses(t *testing.T) {
	b := newTestApp(t)
	for _, id := range []string{"", "1", "../me", "urn:uuid:" + uuid.NewString(), "{" + uuid.NewString() + "}",
		uuid.NewString() + "/x", strings.Repeat("%", 36)} {
		_, err := b.Client(t.Context(), id)
		wantCode(t, err, portal.NotFound)
		_, err = b.MSP(t.Context(), id)
		wantCode(t, err, portal.NotFound)
		_, err = b.Sync(t.Context(), id)
		wantCode(t, err, portal.NotFound)
		wantCode(t, b.RevokeInvite(t.Context(), id), portal.NotFound)
	}
}

func testAPIPassesProblemsToTheScreen(t *testing.T) {
	b := signedInWith(t, "POST /v1/invites", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, 422, portal.InvalidField("email", "Not an address."))
	})
	b.api.mux.HandleFunc("POST /v1/syncs", b.api.signedIn(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "90")
		refuse(w, 429, portal.Errorf(portal.TooManyRequests, "Slow down."))
	}))
	_, err := b.CreateInvite(t.Context(), portal.NewInvite{})
	got := Formatter(slog.New(slog.DiscardHandler))(err)
	want := `{"code":"invalid","message":"Not an address.","field":"email","request_id":"req-1"}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	_, err = b.StartSync(t.Context(), "")
	if p := wantCode(t, err, portal.TooManyRequests); p.RetryAfter != 90 {
		t.Errorf("retry after %d", p.RetryAfter)
	}
}

func testAPIWrites(t *testing.T) {
	id := uuid.NewString()
	var revoked string
	b := signedInWith(t, "DELETE /v1/invites/{id}", func(w http.ResponseWriter, r *http.Request) {
		revoked = r.PathValue("id")
		w.WriteHeader(http.StatusNoContent)
	})
	b.api.mux.HandleFunc("POST /v1/invites", b.api.signedIn(func(w http.ResponseWriter, r *http.Request) {
		var n portal.NewInvite
		if err := strictJSON(r, &n); err != nil {
			refuse(w, 400, portal.Errorf(portal.Invalid, "%v", err))
			return
		}
		reply(w, 201, portal.CreatedInvite{Invite: portal.Invite{Email: n.Email}, Code: "ABC"})
	}))
	if err := b.RevokeInvite(t.Context(), id); err != nil || revoked != id {
		t.Errorf("revoked %q: %v", revoked, err)
	}
	created, err := b.CreateInvite(t.Context(), portal.NewInvite{Email: "x@example.com"})
	if err != nil || created.Code != "ABC" || created.Invite.Email != "x@example.com" {
		t.Errorf("%+v %v", created, err)
	}
}

func testAPIChangesTheOrganisation(t *testing.T) {
	zone := "Europe/Copenhagen"
	b := signedInWith(t, "PATCH /v1/organisation", func(w http.ResponseWriter, r *http.Request) {
		var c portal.OrganisationChange
		if err := strictJSON(r, &c); err != nil || c.TimeZone == nil {
			refuse(w, 400, portal.Errorf(portal.Invalid, "%v", err))
			return
		}
		reply(w, 200, portal.Organisation{TimeZone: *c.TimeZone})
	})
	changed, err := b.ChangeOrganisation(t.Context(), portal.OrganisationChange{TimeZone: &zone})
	if err != nil || changed.TimeZone != zone {
		t.Errorf("the zone is %q, want %q: %v", changed.TimeZone, zone, err)
	}
}

func testAPINamesTheConnectionToSync(t *testing.T) {
	var asked []string
	b := signedInWith(t, "POST /v1/syncs", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, string(body))
		reply(w, 202, portal.SyncRun{ID: "r"})
	})
	for _, connection := range []string{"", "c"} {
		if run, err := b.StartSync(t.Context(), connection); err != nil || run.ID != "r" {
			t.Errorf("started %+v: %v", run, err)
		}
	}
	if want := []string{"", `{"connection_id":"c"}`}; !slices.Equal(asked, want) {
		t.Errorf("the API is asked %q, want %q", asked, want)
	}
}

func testAPIRecognisesForeignResponses(t *testing.T) {
	for name, respond := range map[string]http.HandlerFunc{
		"a portal page of a hotel": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Welcome</html>")) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://login.example/", http.StatusFound)
		},
		"half a response": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"msps":`))
		},
		"another shape":   func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, []int{1}) },
		"304 unasked":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) },
		"a load balancer": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
		"a bare 404":      http.NotFound,
	} {
		b := signedInWith(t, "GET /v1/overview", respond)
		if _, err := b.Overview(t.Context()); ProblemOf(err).Code != portal.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testAPILimitsTheSizeOfAResponse(t *testing.T) {
	b := signedInWith(t, "GET /v1/overview", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"trend":"` + strings.Repeat("x", responseLimit) + `"}`))
	})
	if _, err := b.Overview(t.Context()); ProblemOf(err).Code != portal.Unavailable {
		t.Errorf("%v", err)
	}
}

// breaking fails the first n requests as a broken connection does.
func breaking(n int32, next http.Handler) (http.Handler, *atomic.Int32) {
	var seen atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) <= n {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	}), &seen
}

func testAPIRetriesOnlyReadsAfterABrokenConnection(t *testing.T) {
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{}) })
	for _, c := range []struct {
		method  string
		breaks  int32
		asked   int32
		success bool
	}{{"GET", 1, 2, true}, {"GET", 9, 2, false}, {"POST", 1, 1, false}, {"DELETE", 1, 1, false}} {
		handler, seen := breaking(c.breaks, ok)
		server := httptest.NewServer(handler)
		api := newAPIClient(server.URL, "1", nil, slog.New(slog.DiscardHandler))
		err := api.do(t.Context(), request{method: c.method, path: "/"})
		server.Close()
		// net/http itself repeats a GET on a connection it had used before; here every connection is new.
		if (err == nil) != c.success || seen.Load() != c.asked {
			t.Errorf("%s with %d breaks: asked %d times, %v", c.method, c.breaks, seen.Load(), err)
		}
	}
}

func testAPIRefusesAnUnknownCertificateUntilItIsAdded(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, map[string]any{}) }))
	defer server.Close()
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	get := request{method: http.MethodGet, path: "/"}
	plain := newAPIClient(server.URL, "1", nil, slog.New(slog.DiscardHandler))
	if p := wantCode(t, plain.do(t.Context(), get), Offline); !strings.Contains(p.Message, "certificate") {
		t.Errorf("message %q", p.Message)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := loadWith(t, "", map[string]string{"FSPORTAL_CA_FILE": file}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := newAPIClient(server.URL, "1", s.RootCAs, slog.New(slog.DiscardHandler)).do(t.Context(), get); err != nil {
		t.Error(err)
	}
}

func testAPILogsNoNamesQueriesOrTokens(t *testing.T) {
	dir := t.TempDir()
	log, file := OpenLog(dir, slog.LevelDebug)
	b := newTestApp(t, func(o *Options) { o.Log = log })
	b.api.mux.HandleFunc("GET /v1/clients", b.api.signedIn(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, 422, portal.InvalidField("q", "Ada Byron is too long."))
	}))
	b.signIn(t)
	_, err := b.Clients(t.Context(), portal.ClientQuery{ClientFilter: portal.ClientFilter{Q: "secret-customer"}})
	wantCode(t, err, portal.Invalid)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "fs-client-portal.log"))
	if err != nil || !strings.Contains(string(content), "GET /v1/clients") {
		t.Fatalf("%s %v", content, err)
	}
	secrets := []string{"Ada", "ada@example.com", "secret-customer", b.endpoint.session.access, b.endpoint.session.kept.RefreshToken}
	for _, secret := range secrets {
		if strings.Contains(string(content), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// resultTypes visits every type that a call of the screens returns.
func resultTypes(visit func(method string, result reflect.Type)) {
	calls := reflect.TypeFor[*Desktop]()
	for i := range calls.NumMethod() {
		method := calls.Method(i)
		for o := range method.Type.NumOut() {
			visit(method.Name, method.Type.Out(o))
		}
	}
}

func testAPIReturnsNoNullList(t *testing.T) {
	resultTypes(func(method string, result reflect.Type) {
		if result.Kind() != reflect.Struct && result.Kind() != reflect.Slice {
			return
		}
		out := reflect.New(result)
		body := `{"items":[{}],"invite":{}}`
		if result.Kind() == reflect.Slice {
			body = `[{}]`
		}
		if err := decode([]byte(body), out.Interface()); err != nil {
			t.Errorf("%s: %v", method, err)
		}
		if path := nilList(out.Elem(), method); path != "" {
			t.Errorf("%s is null", path)
		}
	})
}

// nilList returns the place of a nil slice in v, or "".
func nilList(v reflect.Value, path string) string {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if found := nilList(v.Field(i), path+"."+v.Type().Field(i).Name); found != "" {
				return found
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return path
		}
		for i := range v.Len() {
			if found := nilList(v.Index(i), path+"[]"); found != "" {
				return found
			}
		}
	}
	return ""
}

var secretName = regexp.MustCompile(`(?i)token|secret|verifier|challenge|nonce|password|authorization`)

func testAPIReturnsNoSecret(t *testing.T) {
	var look func(path string, result reflect.Type, seen map[reflect.Type]bool)
	look = func(path string, result reflect.Type, seen map[reflect.Type]bool) {
		switch result.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(path, result.Elem(), seen)
		case reflect.Struct:
			if seen[result] {
				return
			}
			seen[result] = true
			for i := range result.NumField() {
				field := result.Field(i)
				if secretName.MatchString(field.Name) || secretName.MatchString(field.Tag.Get("json")) {
					t.Errorf("%s.%s", path, field.Name)
				}
				look(path+"."+field.Name, field.Type, seen)
			}
		}
	}
	resultTypes(func(method string, result reflect.Type) { look(method, result, map[reflect.Type]bool{}) })
	for _, payload := range []any{SignInWaiting{}, SignInExchanging{}, SessionEnded{}, SessionOnly{}, Problem{}} {
		look("", reflect.TypeOf(payload), map[reflect.Type]bool{})
	}
}

func TestTheGeneratedBindingsOfferNoSecretAndNothingUntyped(t *testing.T) {
	for _, name := range []string{"go/models.ts", "go/main/App.d.ts"} {
		content, err := os.ReadFile("../../frontend/wailsjs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if found := secretName.FindString(string(content)); found != "" {
			t.Errorf("%s speaks of %q", name, found)
		}
		if strings.Contains(string(content), ": any") || strings.Contains(string(content), "<any>") {
			t.Errorf("%s has a value without a type", name)
		}
	}
}

func TestFacets(t *testing.T) {
	for path, read := range map[string]func(*Desktop) (portal.Facets, error){
		"GET /v1/clients/facets": func(d *Desktop) (portal.Facets, error) { return d.ClientFacets(t.Context(), portal.ClientFacetQuery{}) },
		"GET /v1/msps/facets":    func(d *Desktop) (portal.Facets, error) { return d.MSPFacets(t.Context(), portal.MSPFacetQuery{}) },
	} {
		t.Run(path, func(t *testing.T) {
			b := signedInWith(t, path, func(w http.ResponseWriter, _ *http.Request) {
				reply(w, 200, portal.Facets{LicenceTypes: []string{"Monthly", "Yearly"}})
			})
			got, err := read(b.Desktop)
			want := portal.Facets{Facets: []portal.Facet{}, Types: []string{}, LicenceTypes: []string{"Monthly", "Yearly"}}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}
