package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type invitesOutput struct{ Body portal.InvitePage }

func (s *server) invites(ctx context.Context, in *portal.InviteQuery) (*invitesOutput, error) {
	page, err := s.DB.Invites(ctx, viewerOf(ctx), *in)
	return &invitesOutput{page}, err
}

type inviteOutput struct{ Body portal.CreatedInvite }

// invite answers the code once. A mail that cannot be sent loses nothing: the admin hands the code over.
func (s *server) invite(ctx context.Context, in *struct{ Body portal.NewInvite }) (*inviteOutput, error) {
	created, err := s.Identity.Invite(ctx, viewerOf(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	if s.Mail != nil {
		err := s.Mail.SendInvite(ctx, created.Invite, created.Code)
		if err != nil {
			s.Log.WarnContext(ctx, "invite not mailed", "request_id", requestID(ctx), "invite_id", created.Invite.ID, "error", err)
		}
		created.Mailed = err == nil
	}
	return &inviteOutput{created}, nil
}

func (s *server) revokeInvite(ctx context.Context, in *one) (*struct{}, error) {
	return nil, s.DB.RevokeInvite(ctx, viewerOf(ctx), in.ID)
}
