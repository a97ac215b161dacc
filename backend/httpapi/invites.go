package httpapi

import (
	"context"

	"golang.org/x/text/language"

	"fs-client-portal/backend/portal"
)

type invitesOutput struct{ Body portal.InvitePage }

func (s *server) invites(ctx context.Context, in *portal.InviteQuery) (*invitesOutput, error) {
	page, err := s.DB.Invites(ctx, viewerOf(ctx), *in)
	return &invitesOutput{page}, err
}

type inviteOutput struct{ Body portal.CreatedInvite }

// invite answers the code once. Where no language is named the mail is written in the inviter's.
func (s *server) invite(ctx context.Context, in *struct {
	AcceptLanguage string `header:"Accept-Language"`
	Body           portal.NewInvite
}) (*inviteOutput, error) {
	if in.Body.Language == "" {
		in.Body.Language = preferredLanguage(in.AcceptLanguage)
	}
	created, err := s.Identity.Invite(ctx, viewerOf(ctx), in.Body)
	return &inviteOutput{created}, err
}

var mailLanguages = func() language.Matcher {
	var tags []language.Tag
	for _, tag := range portal.MailLanguages {
		tags = append(tags, language.Make(tag))
	}
	return language.NewMatcher(tags)
}()

// preferredLanguage answers the language of the mail a caller likes best; "" where none of them is asked for.
func preferredLanguage(accept string) string {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return ""
	}
	_, i, confidence := mailLanguages.Match(tags...)
	if confidence == language.No {
		return ""
	}
	return portal.MailLanguages[i]
}

func (s *server) resendInvite(ctx context.Context, in *one) (*inviteOutput, error) {
	created, err := s.Identity.Resend(ctx, viewerOf(ctx), in.ID)
	return &inviteOutput{created}, err
}

func (s *server) revokeInvite(ctx context.Context, in *one) (*struct{}, error) {
	return nil, s.DB.RevokeInvite(ctx, viewerOf(ctx), in.ID)
}

type grantOutput struct{ Body portal.Grant }

// claimInvite gives the caller the role of a further invite.
func (s *server) claimInvite(ctx context.Context, in *struct{ Body portal.InviteClaim }) (*grantOutput, error) {
	viewer := viewerOf(ctx)
	if wait, ok := s.limits.claims.take(viewer.UserID); !ok {
		return nil, tooMany(wait)
	}
	grant, err := s.Identity.Claim(ctx, viewer, in.Body)
	return &grantOutput{grant}, err
}
