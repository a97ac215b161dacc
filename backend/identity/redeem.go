package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// maxResubmissions is how often an attempt may come back with an invite code.
const maxResubmissions = 5

// Redeem signs somebody in: it uses the attempt up, redeems the authorization code with the provider, verifies the ID
// token, finds the user or pairs a new identity with an invite, and starts a session.
//
// After InviteCodeRequired or InviteCodeWrong the same grant may be sent again with the invite's code: the
// provider is not asked twice. Every other refusal ends the attempt.
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
	if r.attempt, err = r.db.UseAttempt(ctx, r.grant.AttemptID, r.codeHash, maxResubmissions, r.mistyped()); err != nil {
		return tokens, err
	}
	if !provesChallenge(r.grant.CodeVerifier, r.attempt.CodeChallenge) {
		return tokens, &problem{portal.InvalidField("code_verifier", "This sign-in was not begun by this app. Start again."), "code_verifier"}
	}
	if err = r.identify(ctx); err != nil {
		return tokens, err
	}
	opening := r.sessions.Prepare(r.client)
	holder, err := r.holder(ctx, opening.NewSession)
	if err != nil {
		return tokens, err
	}
	return r.sessions.Opened(ctx, opening, *holder)
}

// mistyped reports whether what was sent for an invite's code cannot be one.
func (r *redemption) mistyped() bool {
	return r.grant.InviteCode != "" && inviteCodeHash(r.grant.InviteCode) == nil
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

// holder starts the session of the user this is, creating them where an invite allows it.
func (r *redemption) holder(ctx context.Context, n postgres.NewSession) (*postgres.Holder, error) {
	typed := inviteCodeHash(r.grant.InviteCode)
	known, err := r.recognise(ctx, typed, n)
	if err != nil || known.Known {
		return known.Holder, err
	}
	invites, err := pair(r.who, known.Invites, r.grant.InviteCode != "", typed)
	if err != nil {
		return nil, r.unpaired(ctx, invites, err)
	}
	claim := postgres.Claim{Identity: r.identity(), AttemptID: r.attempt.ID, Invites: invites}
	holder, err := r.db.ClaimInvites(ctx, claim, n)
	if err != nil || holder != nil {
		return holder, err
	}
	// Somebody was faster: the same person in another attempt, another with the address, or an admin or a wrong code with
	// the invite.
	if known, err = r.recognise(ctx, typed, n); err != nil || known.Known {
		return known.Holder, err
	}
	if invites, err = pair(r.who, known.Invites, r.grant.InviteCode != "", typed); err != nil {
		return nil, r.unpaired(ctx, invites, err)
	}
	return nil, noInvite("claimed_by_another")
}

func (r *redemption) recognise(ctx context.Context, typed []byte, n postgres.NewSession) (postgres.Recognised, error) {
	known, err := r.db.Recognise(ctx, r.identity(), r.attempt.ID, typed, n)
	if err == nil && known.Known && known.Holder == nil {
		return postgres.Recognised{}, attemptOver("attempt_finished")
	}
	return known, err
}

func (r *redemption) identity() postgres.Identity {
	return postgres.Identity{
		Provider: r.attempt.Provider, Issuer: r.who.Issuer, Subject: r.who.Subject, Tenant: r.who.Tenant,
		Email: r.who.Email, Name: r.who.Name,
	}
}

// unpaired keeps what the provider said where the invite code may still come, and counts a wrong one.
func (r *redemption) unpaired(ctx context.Context, meant []postgres.OpenInvite, cause error) error {
	if reason, _ := split(cause); reason == reasonCodeWrong {
		cause = r.wrongCode(ctx, meant)
	}
	code := portal.ErrorCode(cause)
	if code != portal.InviteCodeRequired && code != portal.InviteCodeWrong || r.attempt.PendingSealed != nil {
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

// wrongCode counts a wrong code against the invites it was meant for, and answers what is left to do: try again, sign in
// again, or ask for another invite.
func (r *redemption) wrongCode(ctx context.Context, meant []postgres.OpenInvite) error {
	left := maxResubmissions - r.attempt.Tries
	if len(meant) > 0 {
		takes, err := r.db.CountWrongCode(ctx, meant)
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
	// What may be sent any number of times must not fill the audit log: an attempt nobody has begun, a typing error.
	if reason == "" || reason == "code_required" || reason == reasonCodeMistyped || provider == "" {
		return public
	}
	// A provider that was not waited for is not to blame.
	if errors.Is(ctx.Err(), context.Canceled) && portal.ErrorCode(err) == portal.ProviderDown {
		reason = "caller_gone"
	}
	s.log.WarnContext(ctx, "sign-in refused", "provider", provider, "reason", reason)
	detail := who.vouched()
	detail["provider"], detail["reason"], detail["app"] = provider, reason, app
	auditErr := s.db.AuditSignIn(context.WithoutCancel(ctx), postgres.AuditEntry{Action: "sign_in_refused", Detail: detail})
	if auditErr != nil {
		s.log.ErrorContext(ctx, "a refused sign-in is not in the audit log", "error", auditErr)
	}
	return public
}

// vouched is what the audit log keeps of somebody who was refused: their identifiers, and what the provider said for them
// beside the address.
func (p person) vouched() map[string]any {
	switch {
	case p.Subject == "":
		return map[string]any{}
	case p.Tenant != "":
		return map[string]any{"issuer": p.Issuer, "subject": p.Subject, "member": p.Member, "domain_owned": p.DomainOwned}
	}
	return map[string]any{"issuer": p.Issuer, "subject": p.Subject, "verified": p.Verified, "hosted_domain": displayName(p.HostedDomain)}
}
