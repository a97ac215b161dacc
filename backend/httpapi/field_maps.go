package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type fieldMapOutput struct{ Body portal.FieldMap }

func (s *server) fieldMap(ctx context.Context, in *idInput) (*fieldMapOutput, error) {
	m, err := s.DB.FieldMap(ctx, viewerOf(ctx), in.ID)
	return &fieldMapOutput{m}, err
}

type fieldMapChangeInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body portal.FieldMapChange
}

func (s *server) changeFieldMap(ctx context.Context, in *fieldMapChangeInput) (*fieldMapOutput, error) {
	m, err := s.Sync.ChangeFieldMap(ctx, viewerOf(ctx), in.ID, in.Body)
	return &fieldMapOutput{m}, err
}

type fieldMapPreviewOutput struct{ Body portal.FieldMapPreview }

func (s *server) previewFieldMap(ctx context.Context, in *fieldMapChangeInput) (*fieldMapPreviewOutput, error) {
	preview, err := s.Sync.PreviewFieldMap(ctx, viewerOf(ctx), in.ID, in.Body)
	return &fieldMapPreviewOutput{preview}, err
}

type fieldMapSeenInput struct {
	ID   string `path:"id" maxLength:"100"`
	Body portal.FieldMapSeen
}

func (s *server) seeFieldMap(ctx context.Context, in *fieldMapSeenInput) (*struct{}, error) {
	return nil, s.DB.SeeFieldMap(ctx, viewerOf(ctx), in.ID, in.Body.RunID)
}
