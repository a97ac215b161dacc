package main

import (
	"net/http"
	"regexp"
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/mailserver"
)

func TestInviteMail(t *testing.T) {
	t.Run("code_signs_invitee_in", testInviteMailCodeSignsInviteeIn)
}

func testInviteMailCodeSignsInviteeIn(t *testing.T) {
	r := startReplicas(t)
	mails := mailserver.Start(t, mailserver.Config{})
	post := r.serve(r.URLs.Server, "--smtp-url=smtp://"+mails.Address, "--mail-from=portal@portal.example")
	admin := r.newDevice(portal.MSSPAdmin, 0)
	account := r.account()
	email := account + "@example.com"
	var created portal.CreatedInvite
	r.wants(post, http.StatusCreated, "POST /v1/invites", admin.access, portal.NewInvite{
		Email: email, Role: portal.MSPUser, MSPID: r.Own.MSPs[0].ID, Provider: portal.Google, Language: "en"}, &created)
	if !created.Mailed {
		t.Error("got an invite that was not mailed, want it mailed")
	}

	heard := mails.Heard(t)
	if !slices.Contains(heard.Commands, "RCPT TO:<"+email+">") {
		t.Errorf("got the commands %q, want the invitee as recipient", heard.Commands)
	}
	code := regexp.MustCompile(`[0-9A-Z]{5}(-[0-9A-Z]{5})+`).FindString(heard.Parts(t)["text/plain"])

	grant := r.authorize(account)
	r.wantsCode(r.first, "POST /v1/auth/token", "", grant, portal.InviteCodeRequired)
	grant.InviteCode = code
	var tokens portal.Tokens
	r.wants(r.second, http.StatusOK, "POST /v1/auth/token", "", grant, &tokens)
	var clients portal.ClientPage
	r.wants(r.first, http.StatusOK, "GET /v1/clients", tokens.AccessToken, nil, &clients)
	if len(clients.Items) != len(r.Own.MSPs[0].Clients) {
		t.Errorf("got the clients %+v, want those of the MSP", clients.Items)
	}
}
