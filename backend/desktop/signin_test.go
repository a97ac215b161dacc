package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/desktop/loopback"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

func TestSignIn(t *testing.T) {
	t.Run("with_Google_stores_a_session_and_closes_the_port", testSignInWithGoogleStoresASessionAndClosesThePort)
	t.Run("with_Entra_ID_receives_a_form_on_localhost", testSignInWithEntraIDReceivesAFormOnLocalhost)
	t.Run("ends_only_by_the_response_of_the_provider", testSignInEndsOnlyByTheResponseOfTheProvider)
	t.Run("explains_a_refusal_of_the_provider", testSignInExplainsARefusalOfTheProvider)
	t.Run("cancelled_closes_the_port", testSignInCancelledClosesThePort)
	t.Run("offers_a_link_if_the_browser_fails", testSignInOffersALinkIfTheBrowserFails)
	t.Run("reports_an_unreachable_API", testSignInReportsAnUnreachableAPI)
	t.Run("opens_no_unsafe_page", testSignInOpensNoUnsafePage)
	t.Run("ends_with_the_app", testSignInEndsWithTheApp)
	t.Run("offers_only_providers_that_policy_allows", testSignInOffersOnlyProvidersThatPolicyAllows)
	t.Run("accepts_only_the_first_response", testSignInAcceptsOnlyTheFirstResponse)
}

func testSignInWithGoogleStoresASessionAndClosesThePort(t *testing.T) {
	b := newTestApp(t)
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	redirect, _ := url.Parse(target.Get("redirect_uri"))
	if redirect.Hostname() != "127.0.0.1" || redirect.Path != "/callback/google" {
		t.Errorf("Google's redirect is %s", redirect)
	}
	want := map[string]string{
		"code_challenge_method": "S256", "prompt": "select_account", "response_type": "code", "client_id": "client",
		"scope": "openid email profile", "response_mode": "", "tenant": "x",
	}
	for name, value := range want {
		if target.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, target.Get(name), value)
		}
	}
	if !strings.HasPrefix(target.Get("nonce"), "nonce-of-") || len(target.Get("state")) < 43 {
		t.Errorf("nonce %q, state %q", target.Get("nonce"), target.Get("state"))
	}
	page := get(t, redirect.String()+"?"+b.response(target).Encode())
	if page.status != 200 || !containsAll(page.body, "You are signed in", "Ada Byron (ada@example.com)") {
		t.Errorf("the browser was shown %d %s", page.status, page.body)
	}
	r := ended(t, result)
	if r.err != nil || r.me.User.Name != "Ada Byron" {
		t.Fatalf("signed in as %+v: %v", r.me, r.err)
	}
	var kept keyring.Session
	if err := json.Unmarshal([]byte(b.ring.kept()), &kept); err != nil || kept.RefreshToken == "" || len(b.ring.kept()) > 2560 {
		t.Errorf("got keyring entry %q", b.ring.kept())
	}
	wantPortGone(t, redirect.Host)
	if b.raised != 1 {
		t.Errorf("the window was raised %d times", b.raised)
	}
	if len(b.emitted(EventSignInExchanging)) != 1 || len(b.emitted(EventSignInWaiting)) != 1 {
		t.Errorf("events: %v", b.events)
	}
}

func testSignInWithEntraIDReceivesAFormOnLocalhost(t *testing.T) {
	b := newTestApp(t)
	result, link := b.start(t, portal.Entra)
	target := follow(t, link)
	redirect, _ := url.Parse(target.Get("redirect_uri"))
	if redirect.Hostname() != "localhost" || redirect.Path != "/callback/entra" || target.Get("response_mode") != "form_post" {
		t.Errorf("redirect %s, response_mode %s", redirect, target.Get("response_mode"))
	}
	form := b.response(target)
	form.Del("iss")
	page := post(t, redirect.String(), form)
	if r := ended(t, result); r.err != nil || page.status != 200 {
		t.Fatalf("%v, page %d %s", r.err, page.status, page.body)
	}
}

func testSignInEndsOnlyByTheResponseOfTheProvider(t *testing.T) {
	b := newTestApp(t)
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	good := b.response(target)
	address := target.Get("redirect_uri")
	origin := strings.TrimSuffix(address, "/callback/google")
	with := func(change func(url.Values)) string {
		values := url.Values{}
		for k, v := range good {
			values[k] = append([]string{}, v...)
		}
		change(values)
		return values.Encode()
	}
	request := func(method, to, body string, change ...func(*http.Request)) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range change {
			c(r)
		}
		return r
	}
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	unused := b.emitted(EventSignInWaiting)[0].(SignInWaiting).URL
	form := func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }
	for name, hostile := range map[string]struct {
		r      *http.Request
		status int
	}{
		"another path":  {request("GET", origin+"/callback/entra?"+good.Encode(), ""), 404},
		"a longer path": {request("GET", address+"/x?"+good.Encode(), ""), 404},
		"the favicon":   {request("GET", origin+"/favicon.ico", ""), 404},
		"PUT":           {request("PUT", address+"?"+good.Encode(), ""), 405},
		"HEAD":          {request("HEAD", address+"?"+good.Encode(), ""), 405},
		"OPTIONS":       {request("OPTIONS", address, ""), 405},
		"another host": {request("GET", address+"?"+good.Encode(), "",
			func(r *http.Request) { r.Host = "evil.example" }), 421},
		"no state":      {request("GET", address+"?"+with(func(v url.Values) { v.Del("state") }), ""), 400},
		"a wrong state": {request("GET", address+"?"+with(func(v url.Values) { v.Set("state", "x") }), ""), 400},
		"a state cut short": {request("GET", address+"?"+with(func(v url.Values) {
			v.Set("state",
				v.Get("state")[1:])
		}), ""), 400},
		"a longer state": {request("GET", address+"?"+with(func(v url.Values) {
			v.Set("state",
				v.Get("state")+"A")
		}), ""), 400},
		"an empty state":     {request("GET", address+"?"+with(func(v url.Values) { v.Set("state", "") }), ""), 400},
		"two states":         {request("GET", address+"?"+with(func(v url.Values) { v.Add("state", "x") }), ""), 400},
		"an error, no state": {request("GET", address+"?error=access_denied", ""), 400},
		"a wrong issuer": {request("GET", address+"?"+with(func(v url.Values) {
			v.Set("iss",
				"https://other.example")
		}), ""), 400},
		"two issuers": {request("GET", address+"?"+with(func(v url.Values) {
			v.Add("iss",
				"https://issuer.example")
		}), ""), 400},
		"neither code nor error": {request("GET", address+"?"+with(func(v url.Values) { v.Del("code") }), ""), 400},
		"code and error":         {request("GET", address+"?"+with(func(v url.Values) { v.Set("error", "x") }), ""), 400},
		"POST with the query":    {request("POST", address+"?"+good.Encode(), "", form), 400},
		"POST of JSON": {request("POST", address, `{"state":"x"}`,
			func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }), 415},
		"a huge form":    {request("POST", address, good.Encode()+"&x="+strings.Repeat("x", 8<<10), form), 400},
		"a broken query": {request("GET", address+"?"+good.Encode()+"&%zz", ""), 400},
		"two codes":      {request("GET", address+"?"+with(func(v url.Values) { v.Add("code", "x") }), ""), 400},
		"two codes, one error": {request("GET", address+"?"+with(func(v url.Values) {
			v.Add("code",
				"x")
			v.Set("error", "x")
		}), ""), 400},
		"two errors": {request("GET",
			address+"?"+with(func(v url.Values) { v.Del("code"); v["error"] = []string{"a", "b"} }), ""), 400},
		"an empty error": {request("GET", address+"?"+with(func(v url.Values) { v.Set("error", "") }), ""), 400},
		"two descriptions": {request("GET",
			address+"?"+with(func(v url.Values) { v["error_description"] = []string{"a", "b"} }), ""), 400},
		"an empty issuer": {request("GET", address+"?"+with(func(v url.Values) { v.Set("iss", "") }), ""), 400},
		"an over-long code": {request("GET", address+"?"+with(func(v url.Values) {
			v.Set("code",
				strings.Repeat("x", 4097))
		}), ""), 400},
		"an over-long error": {request("GET",
			address+"?"+with(func(v url.Values) { v.Del("code"); v.Set("error", strings.Repeat("x", 257)) }), ""), 400},
		"an over-long header": {request("GET", address+"?"+good.Encode(), "", set("X", strings.Repeat("x", 80<<10))), 431},
		"an escaped path":     {request("GET", origin+"/callback%2Fgoogle?"+good.Encode(), ""), 404},
		"a path in capitals":  {request("GET", origin+"/Callback/google?"+good.Encode(), ""), 404},
		"a doubled slash":     {request("GET", origin+"//callback/google?"+good.Encode(), ""), 404},
		"a page's fetch":      {request("GET", address+"?"+good.Encode(), "", set("Sec-Fetch-Mode", "no-cors")), 403},
		"a page's form in a frame": {request("POST", address, good.Encode(), form, set("Sec-Fetch-Mode", "navigate"),
			set("Sec-Fetch-Dest", "iframe")), 403},
		"a page loaded ahead":   {request("GET", address+"?"+good.Encode(), "", set("Sec-Purpose", "prefetch;prerender")), 403},
		"a fetch of the link":   {request("GET", unused, "", set("Sec-Fetch-Dest", "image")), 403},
		"the link loaded ahead": {request("GET", unused, "", set("Sec-Purpose", "prefetch")), 403},
		"HEAD of the link":      {request("HEAD", unused, ""), 405},
		"a guessed last page":   {request("GET", origin+"/done/x", ""), 404},
		"no host":               {request("GET", address+"?"+good.Encode(), "", func(r *http.Request) { r.Host = "127.0.0.1" }), 421},
		"another port": {request("GET", address+"?"+good.Encode(), "",
			func(r *http.Request) { r.Host = "127.0.0.1:1" }), 421},
		"a name that begins alike": {request("GET", address+"?"+good.Encode(), "",
			func(r *http.Request) { r.Host += ".evil.example" }), 421},
		"a preflight": {request("OPTIONS", address, "", set("Origin", "https://evil.example"),
			set("Access-Control-Request-Method", "POST"),
			set("Access-Control-Request-Private-Network", "true"), set("Access-Control-Request-Local-Network", "true")), 405},
		"a guessed start link": {request("GET", origin+"/start/x", ""), 410},
		"a used start link":    {request("GET", link, ""), 410},
	} {
		got := ask(t, hostile.r)
		if got.status != hostile.status {
			t.Errorf("%s: got %d, want %d", name, got.status, hostile.status)
		}
		for header := range got.header {
			if strings.HasPrefix(header, "Access-Control-") {
				t.Errorf("%s: was granted %s", name, header)
			}
		}
	}
	follow(t, unused)
	select {
	case r := <-result:
		t.Fatalf("the sign-in ended: %v", r.err)
	default:
	}
	get(t, address+"?"+good.Encode())
	if r := ended(t, result); r.err != nil {
		t.Fatalf("the provider's own response failed afterwards: %v", r.err)
	}
}

func testSignInExplainsARefusalOfTheProvider(t *testing.T) {
	for errorCode, code := range map[string]portal.Code{
		"access_denied": Denied, "server_error": portal.ProviderDown, "invalid_scope": portal.ProviderRefused,
	} {
		b := newTestApp(t)
		result, link := b.start(t, portal.Google)
		target := follow(t, link)
		page := get(t, target.Get("redirect_uri")+"?"+url.Values{
			"state": {target.Get("state")}, "error": {errorCode}, "error_description": {"<b>AADSTS1\x00</b>\nmore at https://evil.example/login"},
		}.Encode())
		p := wantCode(t, ended(t, result).err, code)
		if want := errorCode + " <b>AADSTS1 </b> more at …"; p.ProviderMessage != want {
			t.Errorf("%s: the window gets %q, want %q", errorCode, p.ProviderMessage, want)
		}
		if strings.Contains(page.body, "<b>") || strings.Contains(page.body+p.Message, "evil.example") {
			t.Errorf("%s: message %q, page %s", errorCode, p.Message, page.body)
		}
		if b.ring.kept() != "" {
			t.Error("the keyring holds a session")
		}
	}
}

func TestProvidersWords(t *testing.T) {
	for _, c := range []struct{ name, description, want string }{
		{"are_kept", "AADSTS50105: Your administrator has blocked you (Contoso App).",
			"AADSTS50105: Your administrator has blocked you (Contoso App)."},
		{"lose_links", "go to HTTPS://evil.example/a?b now", "go to … now"},
		{"lose_hosts_with_a_path", "visit login.evil.example/x, or www.evil.example", "visit … or …"},
		{"lose_links_in_other_scripts", "см. пример.рф/вход", "см. …"},
		{"lose_control_and_direction_characters", "a\u202eb\u200bc\td", "a b c d"},
		{"are_bounded", strings.Repeat("x", 400), strings.Repeat("x", 298)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := explanation(loopback.Response{ErrorCode: "e", Description: c.description}); got != "e "+c.want {
				t.Errorf("got %q, want %q", got, "e "+c.want)
			}
		})
	}
}

func testSignInCancelledClosesThePort(t *testing.T) {
	b := newTestApp(t)
	result, link := b.start(t, portal.Google)
	if err := b.CancelSignIn(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, ended(t, result).err, Cancelled)
	if _, err := noRedirects.Get(link); err == nil {
		t.Error("the port is still open")
	}
	wantCode(t, b.OpenSignInPage(), portal.AttemptExpired)
}

func testSignInOffersALinkIfTheBrowserFails(t *testing.T) {
	failed := make(chan struct{})
	b := newTestApp(t, func(o *Options) {
		emit := o.Emit
		o.Emit = func(name string, payload any) {
			emit(name, payload)
			if w, ok := payload.(SignInWaiting); ok && w.BrowserProblem != "" {
				close(failed)
			}
		}
		o.OpenBrowser = func(string) error { return errors.New("no browser") }
	})
	result := make(chan error, 1)
	go func() { _, err := b.SignIn(t.Context(), "google"); result <- err }()
	wait.Signal(t, time.Minute, "the browser to fail", failed)
	wantCode(t, b.OpenSignInPage(), BrowserFailed)
	waits := b.emitted(EventSignInWaiting)
	target := follow(t, waits[len(waits)-1].(SignInWaiting).URL)
	// The copied link was used; the screen was given the next one.
	waits = b.emitted(EventSignInWaiting)
	next := follow(t, waits[len(waits)-1].(SignInWaiting).URL)
	if next.Get("state") != target.Get("state") {
		t.Error("the second link leads to another sign-in")
	}
	get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	if err := wait.For(t, time.Minute, "the sign-in to end", result); err != nil {
		t.Fatal(err)
	}
}

func testSignInReportsAnUnreachableAPI(t *testing.T) {
	b := newTestApp(t)
	b.api.Close()
	_, err := b.SignIn(t.Context(), "google")
	wantCode(t, err, Offline)
	_, err = b.Providers(t.Context())
	wantCode(t, err, Offline)
}

func testSignInOpensNoUnsafePage(t *testing.T) {
	for _, endpoint := range []string{"http://provider.example/a", "file:///etc/passwd", "javascript:alert(1)",
		"https://u:p@x.example", "", "%"} {
		server, err := loopback.Listen(portal.Google, silentLog)
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		if _, err := authorizationURL(portal.Google, portal.Attempt{AuthorizationEndpoint: endpoint}, server, "v"); err == nil {
			t.Errorf("%q was accepted", endpoint)
		}
	}
}

func TestInviteCode(t *testing.T) {
	t.Run("finishes_the_same_sign_in", testInviteCodeFinishesTheSameSignIn)
	t.Run("follows_a_choice_of_invites", testInviteCodeFollowsAChoiceOfInvites)
	t.Run("is_accepted_for_a_deactivated_user", testInviteCodeIsAcceptedForADeactivatedUser)
	t.Run("claims_another_invite", testInviteCodeClaimsAnotherInvite)
	t.Run("is_refused_without_sign_in_or_if_too_long", testInviteCodeIsRefusedWithoutSignInOrIfTooLong)
	t.Run("is_refused_after_cancel", testInviteCodeIsRefusedAfterCancel)
	t.Run("signs_nobody_in_without_a_keyring", testInviteCodeSignsNobodyInWithoutAKeyring)
}

func testInviteCodeFinishesTheSameSignIn(t *testing.T) {
	b := newTestApp(t)
	b.api.refuse = func(g portal.CodeGrant) *portal.Error {
		switch g.InviteCode {
		case "":
			return portal.Errorf(portal.InviteCodeRequired, "Enter the code.")
		case "RIGHT":
			return nil
		}
		return portal.Errorf(portal.InviteCodeInvalid, "Wrong code.")
	}
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	page := get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	wantCode(t, ended(t, result).err, portal.InviteCodeRequired)
	if !strings.Contains(page.body, "One more step") {
		t.Errorf("the browser was shown %s", page.body)
	}
	_, err := b.SubmitInviteCode(t.Context(), "WRONG")
	wantCode(t, err, portal.InviteCodeInvalid)
	me, err := b.SubmitInviteCode(t.Context(), " RIGHT ")
	if err != nil || me.User.ID != testUser.ID {
		t.Fatalf("%+v %v", me, err)
	}
	_, err = b.SubmitInviteCode(t.Context(), "RIGHT")
	wantCode(t, err, portal.AttemptExpired)
}

func testInviteCodeFollowsAChoiceOfInvites(t *testing.T) {
	b := newTestApp(t)
	offer := portal.InviteOffer{ID: "i1", Organisation: "Harbour IT", Role: portal.MSPUser, MSSP: "Fjord Security"}
	b.api.refuse = func(g portal.CodeGrant) *portal.Error {
		switch {
		case len(g.InviteIDs) == 0 || g.InviteIDs[0] == "gone":
			choice := portal.Errorf(portal.InviteChoice, "Choose.")
			choice.Invites, choice.Address = []portal.InviteOffer{offer}, "kim@harbour.example"
			return choice
		case g.InviteCode == "":
			return portal.Errorf(portal.InviteCodeRequired, "Enter the code.")
		case len(g.InviteIDs) != 1 || g.InviteIDs[0] != "i1" || g.InviteCode != "RIGHT":
			return portal.Errorf(portal.InviteCodeInvalid, "Wrong code.")
		}
		return nil
	}
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	page := get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	p := wantCode(t, ended(t, result).err, portal.InviteChoice)
	if len(p.Invites) != 1 || p.Invites[0] != offer || p.SignedInAs != "kim@harbour.example" ||
		!strings.Contains(page.body, "choose there") {
		t.Errorf("offers %+v to %q; the browser was shown %s", p.Invites, p.SignedInAs, page.body)
	}
	_, err := b.ChooseInvites(t.Context(), nil)
	wantCode(t, err, portal.Invalid)
	_, err = b.ChooseInvites(t.Context(), []string{"gone"})
	wantCode(t, err, portal.InviteChoice)
	_, err = b.ChooseInvites(t.Context(), []string{"i1"})
	wantCode(t, err, portal.InviteCodeRequired)
	_, err = b.SubmitInviteCode(t.Context(), "WRONG")
	wantCode(t, err, portal.InviteCodeInvalid)
	// A choice is made without the code of the one before.
	_, err = b.ChooseInvites(t.Context(), []string{"i1"})
	wantCode(t, err, portal.InviteCodeRequired)
	me, err := b.SubmitInviteCode(t.Context(), "RIGHT")
	if err != nil || me.User.ID != testUser.ID {
		t.Fatalf("%+v %v", me, err)
	}
}

func testInviteCodeIsAcceptedForADeactivatedUser(t *testing.T) {
	b := newTestApp(t)
	b.api.refuse = func(g portal.CodeGrant) *portal.Error {
		if g.InviteCode != "RIGHT" {
			return portal.Errorf(portal.Deactivated, "Deactivated.")
		}
		return nil
	}
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	wantCode(t, ended(t, result).err, portal.Deactivated)
	_, err := b.SubmitInviteCode(t.Context(), "OTHER")
	wantCode(t, err, portal.Deactivated)
	if me, err := b.SubmitInviteCode(t.Context(), "RIGHT"); err != nil || me.User.ID != testUser.ID {
		t.Fatalf("%+v %v", me, err)
	}
}

func testInviteCodeClaimsAnotherInvite(t *testing.T) {
	b := signedInWith(t, "POST /v1/invites/claim", func(w http.ResponseWriter, r *http.Request) {
		var claim portal.InviteClaim
		if err := strictJSON(r, &claim); err != nil || claim.InviteCode != "RIGHT" {
			refuse(w, 403, portal.Errorf(portal.InviteCodeInvalid, "There is no open invite with this code."))
			return
		}
		reply(w, 200, portal.Grant{ID: "g2", Role: portal.MSSPStaff, Node: "Fjord Security"})
	})
	_, err := b.ClaimInvite(t.Context(), "WRONG")
	wantCode(t, err, portal.InviteCodeInvalid)
	_, err = b.ClaimInvite(t.Context(), " ")
	wantCode(t, err, portal.Invalid)
	grant, err := b.ClaimInvite(t.Context(), " RIGHT ")
	if err != nil || grant.ID != "g2" {
		t.Errorf("gives %+v: %v", grant, err)
	}
}

func testInviteCodeIsRefusedWithoutSignInOrIfTooLong(t *testing.T) {
	b := newTestApp(t)
	_, err := b.SubmitInviteCode(t.Context(), "X")
	wantCode(t, err, portal.AttemptExpired)
	for _, code := range []string{"", "  ", strings.Repeat("x", 65)} {
		_, err = b.SubmitInviteCode(t.Context(), code)
		wantCode(t, err, portal.Invalid)
	}
}

func testInviteCodeIsRefusedAfterCancel(t *testing.T) {
	b := newTestApp(t)
	b.api.refuse = func(portal.CodeGrant) *portal.Error {
		return portal.Errorf(portal.InviteCodeRequired, "Enter the code.")
	}
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	ended(t, result)
	if err := b.CancelSignIn(); err != nil {
		t.Fatal(err)
	}
	_, err := b.SubmitInviteCode(t.Context(), "RIGHT")
	wantCode(t, err, portal.AttemptExpired)
}

func testInviteCodeSignsNobodyInWithoutAKeyring(t *testing.T) {
	b := newTestApp(t, func(o *Options) { o.Settings.AllowSessionOnly = false })
	b.api.refuse = func(g portal.CodeGrant) *portal.Error {
		if g.InviteCode == "RIGHT" {
			return nil
		}
		return portal.Errorf(portal.InviteCodeRequired, "Enter the code.")
	}
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	ended(t, result)
	b.ring.fail(keyring.ErrTooBig)
	_, err := b.SubmitInviteCode(t.Context(), "RIGHT")
	wantCode(t, err, KeyringUnavailable)
}

func testSignInOffersOnlyProvidersThatPolicyAllows(t *testing.T) {
	b := newTestApp(t, func(o *Options) { o.Settings.Providers = []string{"entra"} })
	offered, err := b.Providers(t.Context())
	if err != nil || len(offered) != 1 || offered[0].ID != portal.Entra {
		t.Fatalf("offered %v, %v", offered, err)
	}
	for _, provider := range []string{"google", "okta", ""} {
		_, err := b.SignIn(t.Context(), provider)
		wantCode(t, err, PolicyForbids)
	}
}

func testSignInAcceptsOnlyTheFirstResponse(t *testing.T) {
	b := newTestApp(t)
	var redeemed atomic.Int32
	waiting := make(chan struct{})
	arrived := make(chan struct{})
	b.api.refuse = func(portal.CodeGrant) *portal.Error {
		redeemed.Add(1)
		close(arrived)
		wait.Hold(t, waiting)
		return nil
	}
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	address := target.Get("redirect_uri") + "?" + b.response(target).Encode()
	go func() {
		if response, err := noRedirects.Get(address); err == nil {
			_ = response.Body.Close()
		}
	}()
	wait.Signal(t, time.Minute, "the exchange of the code", arrived)
	if second := get(t, address); second.status != http.StatusGone {
		t.Errorf("the second response was shown %d", second.status)
	}
	close(waiting)
	if r := ended(t, result); r.err != nil || redeemed.Load() != 1 {
		t.Fatalf("%v after %d exchanges", r.err, redeemed.Load())
	}
}

func testSignInEndsWithTheApp(t *testing.T) {
	b := newTestApp(t)
	ctx, closeApp := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { _, err := b.SignIn(ctx, "google"); result <- err }()
	b.awaitLink(t)
	closeApp()
	wantCode(t, wait.For(t, time.Minute, "the sign-in to end", result), Cancelled)
	if b.raised != 0 {
		t.Error("a window that closes was brought to the front")
	}
}
