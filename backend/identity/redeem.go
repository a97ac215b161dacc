package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// maxResubmissions is how often an attempt may be sent again with an invite code.
const maxResubmissions = 5

// Redeem signs a user in: it uses up the attempt, redeems the authorization code with the provider, verifies the ID
// token, finds the user or pairs a new identity with an invite, and starts a session.
//
// After InviteCodeRequired, InviteCodeInvalid, InviteChoice or Deactivated, the same grant may be sent again with an
// invite's code or with the chosen invites; the provider is not called again. Any other error ends the attempt.
func (s *Service) Redeem(ctx context.Context, g portal.CodeGrant, device string) (portal.Tokens, error) {
	device = session.DeviceName(device)
	try := &redemption{service: s, grant: g, device: device, codeHash: authorizationCodeHash(g.Code)}
	tokens, err := try.run(ctx)
	if err != nil {
		return portal.Tokens{}, s.report(ctx, try.attempt.Provider, try.who, device, err)
	}
	return tokens, nil
}

// redemption is the state of one call of Redeem.
type redemption struct {
	service  *Service
	grant    portal.CodeGrant
	device   string
	codeHash []byte
	attempt  postgres.Attempt
	who      person
}

func authorizationCodeHash(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

func (r *redemption) run(ctx context.Context) (tokens portal.Tokens, err error) {
	if r.attempt, err = r.service.db.UseAttempt(ctx, r.grant.AttemptID, r.codeHash, maxResubmissions, r.uncounted()); err != nil {
		return tokens, err
	}
	if !provesChallenge(r.grant.CodeVerifier, r.attempt.CodeChallenge) {
		return tokens, &problem{portal.InvalidField("code_verifier", "This sign-in was not started by this app. Start again."), "code_verifier"}
	}
	if err = r.identify(ctx); err != nil {
		return tokens, err
	}
	prepared := r.service.sessions.Prepare(r.device)
	holder, err := r.holder(ctx, prepared.NewSession)
	if err != nil {
		return tokens, err
	}
	return r.service.sessions.Complete(ctx, prepared, *holder)
}

// uncounted reports whether a try does not count: a text that cannot be a code is not a guess, and neither is a choice
// of invites.
func (r *redemption) uncounted() bool {
	if r.grant.InviteCode == "" {
		return len(r.grant.InviteIDs) > 0
	}
	return inviteCodeHash(r.grant.InviteCode) == nil
}

// identify sets who the user is: from the provider, or from the stored result of an earlier try of the same attempt.
func (r *redemption) identify(ctx context.Context) error {
	p, err := r.service.provider(r.attempt.Provider)
	if err != nil {
		return err
	}
	if r.attempt.PendingSealed != nil {
		return r.openPending()
	}
	r.who, err = p.redeem(ctx, r.grant.Code, r.grant.CodeVerifier, r.attempt.RedirectURI, r.attempt.Nonce)
	return err
}

// holder claims the requested invites and starts the user's session.
func (r *redemption) holder(ctx context.Context, n postgres.NewSession) (*postgres.Holder, error) {
	// It runs a second time if a concurrent request was faster: the same user in another attempt, another identity with
	// the address, an administrator who closed the invite, or a wrong code that used its last try.
	for range 2 {
		start := r.grant.InviteCode == ""
		known, err := r.service.db.Recognise(ctx, r.identity(), r.attempt.ID, inviteCodeHash(r.grant.InviteCode), start, n)
		if err != nil {
			return nil, err
		}
		if start && known.UserID != "" {
			return r.knownUser(ctx, known)
		}
		claim := postgres.Claim{Identity: r.identity(), UserID: known.UserID, AttemptID: r.attempt.ID}
		if claim.Invites, err = r.claimable(known); err != nil {
			return nil, r.refuseClaim(ctx, known, err)
		}
		holder, err := r.service.db.ClaimInvites(ctx, claim, n)
		switch {
		case err != nil || holder != nil:
			return holder, err
		case known.UserID != "":
			return nil, r.refuseClaim(ctx, known, nothingGained())
		}
	}
	return nil, withAddress(noInvite("claimed_by_another"), r.who.Email)
}

// knownUser returns the session of a known identity. If the user has no active role, the attempt stays open for the
// code of a further invite.
func (r *redemption) knownUser(ctx context.Context, known postgres.Recognised) (*postgres.Holder, error) {
	if known.Holder == nil {
		return nil, attemptExpired("attempt_finished")
	}
	if known.Holder.Problem != nil {
		return nil, r.keepPending(ctx, known.Holder.Problem)
	}
	return known.Holder, nil
}

// claimable returns the invites to claim. A known identity claims by code only.
func (r *redemption) claimable(known postgres.Recognised) ([]postgres.OpenInvite, error) {
	a := claimRequest{
		who: r.identity(), hostedDomain: r.who.HostedDomain, byCode: known.ByCode, byAddress: known.ByAddress,
		entered: r.grant.InviteCode != "", typed: inviteCodeHash(r.grant.InviteCode), chosen: r.grant.InviteIDs,
	}
	if known.UserID == "" {
		return pair(a)
	}
	switch {
	case a.typed == nil:
		return nil, codeMistyped()
	case a.byCode == nil:
		return nil, codeWrong(0)
	}
	if err := mayClaim(a.who, *a.byCode, a.typed); err != nil {
		return nil, err
	}
	a.byCode.ByCode = true
	return []postgres.OpenInvite{*a.byCode}, nil
}

func (r *redemption) identity() postgres.Identity {
	return postgres.Identity{
		Provider: r.attempt.Provider, Issuer: r.who.Issuer, Subject: r.who.Subject, Tenant: r.who.Tenant,
		Email: r.who.Email, Confirmed: r.who.confirmed(), Name: r.who.Name,
	}
}

// refuseClaim adds the address of the sign-in to the error, counts a wrong code, and keeps the attempt open where a
// choice or an invite's code may still follow.
func (r *redemption) refuseClaim(ctx context.Context, known postgres.Recognised, cause error) error {
	if reason, _ := split(cause); reason == reasonCodeWrong {
		cause = r.wrongCode(ctx, known)
	}
	cause = withAddress(cause, r.who.Email)
	switch portal.ErrorCode(cause) {
	case portal.InviteCodeRequired, portal.InviteCodeInvalid, portal.InviteChoice:
		return r.keepPending(ctx, cause)
	}
	return cause
}

// keepPending stores the verified identity for the next time the attempt is sent.
func (r *redemption) keepPending(ctx context.Context, cause error) error {
	if r.attempt.PendingSealed != nil {
		return cause
	}
	text, err := json.Marshal(r.who)
	if err != nil {
		return err
	}
	if err := r.service.db.KeepPending(ctx, r.attempt.ID, r.service.sealer.Seal(text, r.pendingAAD())); err != nil {
		return err
	}
	return cause
}

// wrongCode returns the error after a wrong code: try again, sign in again, or ask for another invite. It counts the
// code against the attempt and against the invites for the user's own confirmed address, or the chosen ones of them.
// Other users must not learn whether invites exist for an address, and must not be able to close them.
func (r *redemption) wrongCode(ctx context.Context, known postgres.Recognised) error {
	left := maxResubmissions - r.attempt.Tries
	if candidates := r.candidates(known.ByAddress); known.UserID == "" && len(candidates) > 0 {
		takes, err := r.service.db.CountWrongCode(ctx, candidates)
		if err != nil {
			return err
		}
		if takes == 0 {
			return inviteClosed()
		}
		left = min(left, takes)
	}
	if left == 0 {
		return outOfTries()
	}
	return codeWrong(left)
}

// candidates returns the invites that a code may have been meant for: the chosen ones, or all if none was chosen.
func (r *redemption) candidates(invites []postgres.OpenInvite) []postgres.OpenInvite {
	if len(r.grant.InviteIDs) == 0 {
		return invites
	}
	notChosen := func(i postgres.OpenInvite) bool { return !slices.Contains(r.grant.InviteIDs, i.ID) }
	return slices.DeleteFunc(slices.Clone(invites), notChosen)
}

func (r *redemption) openPending() error {
	text, err := r.service.sealer.Open(r.attempt.PendingSealed, r.pendingAAD())
	if err != nil {
		return fmt.Errorf("open pending sign-in: %w", err)
	}
	return json.Unmarshal(text, &r.who)
}

// pendingAAD binds a pending identity to its attempt, authorization code and verifier.
func (r *redemption) pendingAAD() []byte {
	return []byte("login_attempt:" + r.attempt.ID + ":" + hex.EncodeToString(r.codeHash) + ":" + r.attempt.CodeChallenge)
}

// report writes a refusal to the audit log and to the operator's log, with identifiers only, and returns the error for
// the caller.
func (s *Service) report(ctx context.Context, provider portal.ProviderID, who person, app string, err error) error {
	reason, public := split(err)
	// A request that can be repeated without limit must not fill the audit log: an unknown attempt, a typing error,
	// a choice.
	if reason == "" || reason == "code_required" || reason == reasonCodeMistyped || reason == reasonChoice || provider == "" {
		return public
	}
	// If the caller has gone, the provider did not fail.
	if errors.Is(ctx.Err(), context.Canceled) && portal.ErrorCode(err) == portal.ProviderDown {
		reason = "caller_gone"
	}
	s.log.WarnContext(ctx, "sign-in refused", "provider", provider, "reason", reason)
	detail := who.auditDetail()
	detail["provider"], detail["reason"], detail["app"] = provider, reason, app
	auditErr := s.db.AuditSignIn(context.WithoutCancel(ctx), postgres.AuditEntry{Action: "sign_in_refused", Detail: detail})
	if auditErr != nil {
		s.log.ErrorContext(ctx, "a refused sign-in is not in the audit log", "error", auditErr)
	}
	return public
}

// auditDetail returns what the audit log stores of a refused user: the provider's identifiers and what it confirmed
// besides the address.
func (p person) auditDetail() map[string]any {
	switch {
	case p.Subject == "":
		return map[string]any{}
	case p.Tenant != "":
		return map[string]any{"issuer": p.Issuer, "subject": p.Subject, "member": p.Member, "domain_owned": p.DomainOwned}
	}
	return map[string]any{
		"issuer": p.Issuer, "subject": p.Subject, "verified": p.Verified, "hosted_domain": displayName(p.HostedDomain),
	}
}
