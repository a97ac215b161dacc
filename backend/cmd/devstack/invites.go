package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/provider"
)

// redirect is where the desktop would listen; no browser follows it here.
const redirect = "http://127.0.0.1:8/callback/google"

// invite signs the admin in, as the desktop would, and lets them invite the staff member and the MSP user.
func (s *stack) invite(ctx context.Context) error {
	kept := &s.folder.state
	if s.options.NoInvites || kept.Invited {
		return nil
	}
	api := &client{base: s.url()}
	if err := api.signIn(ctx, admin.ID, kept.AdminCode); err != nil {
		return fmt.Errorf("sign the admin in: %w", err)
	}
	kept.AdminCode = ""
	if err := s.folder.save(); err != nil {
		return err
	}
	if err := s.inviteEach(ctx, api); err != nil {
		return err
	}
	kept.Invited = true
	return errors.Join(s.folder.save(), api.call(ctx, http.MethodPost, "/v1/auth/logout", nil, nil))
}

func (s *stack) inviteEach(ctx context.Context, api *client) error {
	msp, err := api.findMSP(ctx, mspOf(s.sample))
	if err != nil {
		return err
	}
	for _, invite := range []portal.NewInvite{
		{Email: staff.Email, Role: portal.MSSPStaff, Provider: portal.Google, Domain: msspDomain},
		{Email: mspUser.Email, Role: portal.MSPUser, MSPID: msp, Provider: portal.Entra, Domain: mspDomain, Tenant: mspTenant},
	} {
		err := api.call(ctx, http.MethodPost, "/v1/invites", invite, nil)
		if err != nil && portal.ErrorCode(err) != portal.Conflict {
			return fmt.Errorf("invite as %s: %w", invite.Role, err)
		}
	}
	return nil
}

// client calls the API as one user.
type client struct{ base, token string }

// signIn signs an account of the Google-like provider in; the invite code is sent only where it is asked for.
func (c *client) signIn(ctx context.Context, account, inviteCode string) error {
	grant := portal.CodeGrant{CodeVerifier: oauth2.GenerateVerifier()}
	var attempt portal.Attempt
	err := c.call(ctx, http.MethodPost, "/v1/auth/attempts", portal.NewAttempt{
		Provider: portal.Google, RedirectURI: redirect, CodeChallenge: oauth2.S256ChallengeFromVerifier(grant.CodeVerifier),
	}, &attempt)
	if err != nil {
		return err
	}
	grant.AttemptID = attempt.ID
	if grant.Code, err = authorize(ctx, attempt, grant.CodeVerifier, account); err != nil {
		return err
	}
	var tokens portal.Tokens
	err = c.call(ctx, http.MethodPost, "/v1/auth/token", grant, &tokens)
	if portal.ErrorCode(err) == portal.InviteCodeRequired {
		grant.InviteCode = inviteCode
		err = c.call(ctx, http.MethodPost, "/v1/auth/token", grant, &tokens)
	}
	c.token = tokens.AccessToken
	return err
}

// authorize plays the browser and returns the provider's code.
func authorize(ctx context.Context, attempt portal.Attempt, verifier, account string) (string, error) {
	config := oauth2.Config{
		ClientID: attempt.ClientID, RedirectURL: redirect, Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint},
	}
	link := config.AuthCodeURL("devstack", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", attempt.Nonce))
	back, _, err := provider.Authorize(ctx, link, account)
	if err != nil {
		return "", err
	}
	return back.Query().Get("code"), nil
}

// findMSP returns the id of the MSP with exactly this name.
func (c *client) findMSP(ctx context.Context, name string) (string, error) {
	var page portal.MSPPage
	if err := c.call(ctx, http.MethodGet, "/v1/msps?limit=200&q="+url.QueryEscape(name), nil, &page); err != nil {
		return "", err
	}
	for _, msp := range page.Items {
		if msp.Name == name {
			return msp.ID, nil
		}
	}
	return "", fmt.Errorf("the portal lists no MSP %q", name)
}

// call sends in as JSON and reads the response into out; a problem comes back as a portal.Error.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if in == nil {
		request.Body, request.ContentLength = http.NoBody, 0
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return problem(response)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
}

func problem(response *http.Response) error {
	var p struct {
		Code   portal.Code `json:"code"`
		Detail string      `json:"detail"`
	}
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil || p.Code == "" {
		return fmt.Errorf("%s %s: got status %s", response.Request.Method, response.Request.URL.Path, response.Status)
	}
	return &portal.Error{Code: p.Code, Detail: p.Detail}
}
