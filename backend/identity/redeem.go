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

// maxResubmissions is how often an attempt may come back with an invite code.
const maxResubmissions = 5

// Redeem signs somebody in: it uses the attempt up, redeems the authorization code with the provider, verifies the ID
// token, finds the user or pairs a new identity with an invite, and starts a session.
//
// After InviteCodeRequired, InviteCodeInvalid, InviteChoice or Deactivated the same grant may be sent again with the code of an
// invite or with those that were chosen: the provider is not asked twice. Every other refusal ends the attempt.
func (s *Service) Redeem(ctx context.Context, g portal.CodeGrant, c session.Client) (portal.Tokens, error) {
	if c.RequestID != "" {
		ctx = postgres.WithRequestID(ctx, c.RequestID)
	}
	try := &redemption{Service: s, grant: g, client: c, codeHash: authorizationCodeHash(g.Code)}
	tokens, err := try.run(ctx)
	if err != nil {
		return portal.Tokens{}, s.report(ctx, try.attempt.Provider, try.who, c.Device, err)
	}
	return tokens, nil
}

// redemption is one call of Redeem on its way.
type redemption struct {
	*Service
	grant    portal.CodeGrant
	client   session.Client
	codeHash []byte
	attempt  postgres.Attempt
	who      person
}

func authorizationCodeHash(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

func (r *redemption) run(ctx context.Context) (tokens portal.Tokens, err error) {
	if r.attempt, err = r.db.UseAttempt(ctx, r.grant.AttemptID, r.codeHash, maxResubmissions, r.uncounted()); err != nil {
		return tokens, err
	}
	if !provesChallenge(r.grant.CodeVerifier, r.attempt.CodeChallenge) {
		return tokens, &problem{portal.InvalidField("code_verifier", "This sign-in was not begun by this app. Start again."), "code_verifier"}
	}
	if err = r.identify(ctx); err != nil {
		return tokens, err
	}
	prepared := r.sessions.Prepare(r.client)
	holder, err := r.holder(ctx, prepared.NewSession)
	if err != nil {
		return tokens, err
	}
	return r.sessions.Complete(ctx, prepared, *holder)
}

// free reports whether a try is not counted: what cannot be a code is no guess, and neither is a choice of invites.
func (r *redemption) uncounted() bool {
	if r.grant.InviteCode == "" {
		return len(r.grant.InviteIDs) > 0
	}
	return inviteCodeHash(r.grant.InviteCode) == nil
}

// identify settles who this is: whom the provider says, or whom it said when the invite code was still missing.
func (r *redemption) identify(ctx context.Context) error {
	p, err := r.provider(r.attempt.Provider)
	if err != nil {
		return err
	}
	if r.attempt.PendingSealed != nil {
		return r.openPending()
	}
	r.who, err = p.redeem(ctx, r.grant.Code, r.grant.CodeVerifier, r.attempt.RedirectURI, r.attempt.Nonce)
	return err
}

// holder starts the session of the user this is, after claiming the invites they apply for.
func (r *redemption) holder(ctx context.Context, n postgres.NewSession) (*postgres.Holder, error) {
	// The second time round another was faster: the same person in another attempt, another with the address, or an admin
	// or a wrong code with the invite.
	for range 2 {
		start := r.grant.InviteCode == ""
		known, err := r.db.Recognise(ctx, r.identity(), r.attempt.ID, inviteCodeHash(r.grant.InviteCode), start, n)
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
		holder, err := r.db.ClaimInvites(ctx, claim, n)
		switch {
		case err != nil || holder != nil:
			return holder, err
		case known.UserID != "":
			return nil, r.refuseClaim(ctx, known, nothingGained())
		}
	}
	return nil, withAddress(noInvite("claimed_by_another"), r.who.Email)
}

// resumed returns the session of a known identity. Where it holds no active role, the code of a further invite may come.
func (r *redemption) knownUser(ctx context.Context, known postgres.Recognised) (*postgres.Holder, error) {
	if known.Holder == nil {
		return nil, attemptExpired("attempt_finished")
	}
	if known.Holder.Problem != nil {
		return nil, r.keepPending(ctx, known.Holder.Problem)
	}
	return known.Holder, nil
}

// claimable returns the invites that are to be claimed. A known identity claims by code alone.
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

// refuseClaim names the address that signed in, counts a wrong code, and lets the attempt wait where a choice, or the code of
// an invite, may still come.
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

// keepPending keeps what the provider said for the next time the attempt is sent.
func (r *redemption) keepPending(ctx context.Context, cause error) error {
	if r.attempt.PendingSealed != nil {
		return cause
	}
	text, err := json.Marshal(r.who)
	if err != nil {
		return err
	}
	if err := r.db.KeepPending(ctx, r.attempt.ID, r.sealer.Seal(text, r.pendingAAD())); err != nil {
		return err
	}
	return cause
}

// wrongCode returns what is left to do after a code that is nobody's: try again, sign in again, or ask for another invite.
// It is counted against the attempt, and against the invites of the person's own confirmed address, of those the chosen:
// to anybody else nothing may tell whether there are any, and nobody else may close them.
func (r *redemption) wrongCode(ctx context.Context, known postgres.Recognised) error {
	left := maxResubmissions - r.attempt.Tries
	if candidates := r.candidates(known.ByAddress); known.UserID == "" && len(candidates) > 0 {
		takes, err := r.db.CountWrongCode(ctx, candidates)
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

// candidates returns the invites that a code may have been candidates for: the chosen ones, or all where none was chosen.
func (r *redemption) candidates(invites []postgres.OpenInvite) []postgres.OpenInvite {
	if len(r.grant.InviteIDs) == 0 {
		return invites
	}
	return slices.DeleteFunc(slices.Clone(invites), func(i postgres.OpenInvite) bool { return !slices.Contains(r.grant.InviteIDs, i.ID) })
}

func (r *redemption) openPending() error {
	text, err := r.sealer.Open(r.attempt.PendingSealed, r.pendingAAD())
	if err != nil {
		return fmt.Errorf("open pending sign-in: %w", err)
	}
	return json.Unmarshal(text, &r.who)
}

// pendingAAD binds a pending identity to its attempt, the authorization code and the verifier.
func (r *redemption) pendingAAD() []byte {
	return []byte("login_attempt:" + r.attempt.ID + ":" + hex.EncodeToString(r.codeHash) + ":" + r.attempt.CodeChallenge)
}

// report writes a refusal to the audit log and to the operator, with identifiers only, and answers what the caller
// may know of it.
func (s *Service) report(ctx context.Context, provider portal.ProviderID, who person, app string, err error) error {
	reason, public := split(err)
	// What may be sent any number of times must not fill the audit log: an attempt nobody has begun, a typing error,
	// a choice.
	if reason == "" || reason == "code_required" || reason == reasonCodeMistyped || reason == reasonChoice || provider == "" {
		return public
	}
	// A provider that was not waited for is not to blame.
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

// auditDetail is what the audit log keeps of somebody who was refused: their identifiers, and what the provider said for them
// beside the address.
func (p person) auditDetail() map[string]any {
	switch {
	case p.Subject == "":
		return map[string]any{}
	case p.Tenant != "":
		return map[string]any{"issuer": p.Issuer, "subject": p.Subject, "member": p.Member, "domain_owned": p.DomainOwned}
	}
	return map[string]any{"issuer": p.Issuer, "subject": p.Subject, "verified": p.Verified, "hosted_domain": displayName(p.HostedDomain)}
}
