package identity

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Claim gives a viewer who is signed in the role of a further invite and returns the grant. InviteCodeInvalid for a code
// that claims nothing, which says why; InviteClosed and Conflict where the invite cannot be claimed any more.
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

// claimant returns which of somebody's identities may claim the invite, or why none may.
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
