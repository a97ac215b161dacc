package identity

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Claim claims a further invite for a signed-in viewer and returns the new grant. InviteCodeInvalid, whose detail says
// why, if the code cannot be used; InviteClosed or Conflict if the invite can no longer be claimed.
func (s *Service) Claim(ctx context.Context, v portal.Viewer, c portal.InviteClaim) (portal.Grant, error) {
	typed := inviteCodeHash(c.InviteCode)
	invite, identities, err := s.db.InviteByCode(ctx, v, typed)
	if err != nil {
		return portal.Grant{}, err
	}
	if typed == nil {
		_, public := split(codeMistyped())
		return portal.Grant{}, public
	}
	who, err := claimant(identities, invite, typed)
	if err != nil {
		_, public := split(err)
		return portal.Grant{}, public
	}
	invite.ByCode = true
	return s.db.ClaimAsUser(ctx, v, postgres.Claim{Identity: who, UserID: v.UserID, Invites: []postgres.OpenInvite{*invite}})
}

// claimant returns the first of a user's identities that may claim the invite, or the reason why none may.
func claimant(identities []postgres.Identity, invite *postgres.OpenInvite, typed []byte) (postgres.Identity, error) {
	if invite == nil || len(identities) == 0 {
		return postgres.Identity{}, codeUnknown()
	}
	var why error
	for _, who := range identities {
		err := mayClaim(who, *invite, typed)
		if err == nil {
			return who, nil
		}
		if why == nil || who.Provider == invite.Provider {
			why = withAddress(err, who.Email)
		}
	}
	return postgres.Identity{}, why
}
