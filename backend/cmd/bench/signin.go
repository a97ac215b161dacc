package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/provider"
)

const redirect = "http://127.0.0.1:8/callback/google"

// signIn signs in the admin, who invites a user of the first MSP, who signs in too.
func (w *world) signIn(ctx context.Context, adminCode string) (err error) {
	if w.admin, err = w.session(ctx, "admin", adminCode); err != nil {
		return err
	}
	invited, err := w.invite(ctx, "user@bench.example")
	if err != nil {
		return err
	}
	w.mspUser, err = w.session(ctx, "user", invited.Code)
	return err
}

// invite creates an invite for a user of the first MSP.
func (w *world) invite(ctx context.Context, email string) (invited portal.CreatedInvite, err error) {
	var msps portal.MSPPage
	if err := w.call(ctx, "GET", "/v1/msps?limit=1", w.admin, nil, &msps); err != nil {
		return invited, err
	}
	return invited, w.call(ctx, "POST", "/v1/invites", w.admin, portal.NewInvite{
		Email: email, Role: portal.MSPUser, MSPID: msps.Items[0].ID, Provider: portal.Google, Domain: "bench.example",
	}, &invited)
}

// session returns the access token of a new sign-in with Google.
func (w *world) session(ctx context.Context, account, code string) (string, error) {
	tokens, err := w.tryCode(ctx, account, code)
	if err != nil {
		return "", fmt.Errorf("sign in as %s: %w", account, err)
	}
	return tokens.AccessToken, nil
}

func (w *world) tryCode(ctx context.Context, account, code string) (tokens portal.Tokens, err error) {
	verifier := oauth2.GenerateVerifier()
	var attempt portal.Attempt
	err = w.call(ctx, "POST", "/v1/auth/attempts", "", portal.NewAttempt{
		Provider: portal.Google, RedirectURI: redirect, CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	}, &attempt)
	if err != nil {
		return tokens, err
	}
	config := oauth2.Config{ClientID: attempt.ClientID, RedirectURL: redirect, Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint}}
	link := config.AuthCodeURL("bench", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", attempt.Nonce))
	back, _, err := provider.Authorize(ctx, link, account)
	if err != nil {
		return tokens, err
	}
	grant := portal.CodeGrant{AttemptID: attempt.ID, Code: back.Query().Get("code"), CodeVerifier: verifier}
	err = w.call(ctx, "POST", "/v1/auth/token", "", grant, &tokens)
	if err == nil || code == "" {
		return tokens, err
	}
	// An invite by an operator requires its code, in a second request of the same attempt.
	grant.InviteCode = code
	return tokens, w.call(ctx, "POST", "/v1/auth/token", "", grant, &tokens)
}

func (w *world) call(ctx context.Context, method, path, bearer string, in, out any) error {
	var body io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(encoded)
	}
	status, content, err := send(ctx, method, w.api.base+path, bearer, body)
	if err != nil {
		return err
	}
	if status >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, status, content)
	}
	return json.Unmarshal(content, out)
}

func send(ctx context.Context, method, url, bearer string, body io.Reader) (status int, content []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		request.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	content, err = io.ReadAll(response.Body)
	return response.StatusCode, content, err
}

// client requests no compression, so that both halves of a comparison send the same bytes.
var client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: workers}}
