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

// invite returns the code of the invite, which no other response contains. Without a language in the body, the e-mail
// is in the language of the inviter.
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

// preferredLanguage returns the e-mail language that fits Accept-Language best; "" if none fits.
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

func (s *server) resendInvite(ctx context.Context, in *idInput) (*inviteOutput, error) {
	created, err := s.Identity.Resend(ctx, viewerOf(ctx), in.ID)
	return &inviteOutput{created}, err
}

func (s *server) revokeInvite(ctx context.Context, in *idInput) (*struct{}, error) {
	return nil, s.DB.RevokeInvite(ctx, viewerOf(ctx), in.ID)
}

type grantOutput struct{ Body portal.Grant }

// claimInvite gives the signed-in user the role of another invite.
func (s *server) claimInvite(ctx context.Context, in *struct{ Body portal.InviteClaim }) (*grantOutput, error) {
	viewer := viewerOf(ctx)
	if wait, ok := s.limits.claims.allow(viewer.UserID); !ok {
		return nil, tooMany(wait)
	}
	grant, err := s.Identity.Claim(ctx, viewer, in.Body)
	return &grantOutput{grant}, err
}
