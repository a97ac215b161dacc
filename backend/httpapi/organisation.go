package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type organisationOutput struct{ Body portal.Organisation }

func (s *server) organisation(ctx context.Context, _ *struct{}) (*organisationOutput, error) {
	o, err := s.DB.Organisation(ctx, viewerOf(ctx))
	return &organisationOutput{o}, err
}

type changeOrganisationInput struct{ Body portal.OrganisationChange }

func (s *server) changeOrganisation(ctx context.Context, in *changeOrganisationInput) (*organisationOutput, error) {
	o, err := s.DB.ChangeOrganisation(ctx, viewerOf(ctx), in.Body)
	return &organisationOutput{o}, err
}
