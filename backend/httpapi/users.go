package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type usersOutput struct{ Body portal.UserPage }

func (s *server) users(ctx context.Context, in *portal.UserQuery) (*usersOutput, error) {
	page, err := s.DB.Users(ctx, viewerOf(ctx), *in)
	return &usersOutput{page}, err
}

type userOutput struct{ Body portal.UserItem }

func (s *server) user(ctx context.Context, in *idInput) (*userOutput, error) {
	user, err := s.DB.User(ctx, viewerOf(ctx), in.ID)
	return &userOutput{user}, err
}

type changeUserInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body portal.UserChange
}

func (s *server) changeUser(ctx context.Context, in *changeUserInput) (*userOutput, error) {
	user, err := s.DB.ChangeUser(ctx, viewerOf(ctx), in.ID, in.Body)
	return &userOutput{user}, err
}

func (s *server) signOutUser(ctx context.Context, in *idInput) (*struct{}, error) {
	return nil, s.DB.SignOutUser(ctx, viewerOf(ctx), in.ID)
}
