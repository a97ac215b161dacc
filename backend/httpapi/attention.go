package httpapi

import (
	"cmp"
	"context"

	"fs-client-portal/backend/portal"
)

// AttentionInput names what needs attention by its kind and the id of its MSP or client. A malformed id yields 404.
// It is exported because huma ignores unexported embedded fields.
type AttentionInput struct {
	Kind string `path:"kind" enum:"licence_expired,licence_expiring,seats_exceeded,client_missing,msp_without_clients"`
	ID   string `path:"id" maxLength:"100"`
}

type snoozedOutput struct{ Body portal.SnoozedAttention }

func (s *server) snoozed(ctx context.Context, _ *struct{}) (*snoozedOutput, error) {
	snoozed, err := s.DB.Snoozed(ctx, viewerOf(ctx))
	return &snoozedOutput{snoozed}, err
}

type snoozeInput struct {
	AttentionInput
	Body portal.NewSnooze
}

func (s *server) snooze(ctx context.Context, in *snoozeInput) (*struct{}, error) {
	return nil, s.DB.Snooze(ctx, viewerOf(ctx), in.Kind, in.ID, in.Body.Until)
}

func (s *server) endSnooze(ctx context.Context, in *AttentionInput) (*struct{}, error) {
	return nil, s.DB.RemoveMark(ctx, viewerOf(ctx), portal.MarkSnoozed, in.Kind, in.ID)
}

type handlerInput struct {
	AttentionInput
	Body portal.NewHandler
}

func (s *server) setHandler(ctx context.Context, in *handlerInput) (*struct{}, error) {
	viewer := viewerOf(ctx)
	return nil, s.DB.SetHandler(ctx, viewer, in.Kind, in.ID, cmp.Or(in.Body.UserID, viewer.UserID))
}

func (s *server) removeHandler(ctx context.Context, in *AttentionInput) (*struct{}, error) {
	return nil, s.DB.RemoveMark(ctx, viewerOf(ctx), portal.MarkHandled, in.Kind, in.ID)
}
