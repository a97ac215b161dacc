package customersync

import (
	"context"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// RaiseAlerts is what the schedule does for mails.
func (s *Service) RaiseAlerts(ctx context.Context) error { return s.raiseAlerts(ctx) }

// ReplaceLostJobs is what every replica does while it lives.
func (s *Service) ReplaceLostJobs(ctx context.Context) error { return s.replaceLostJobs(ctx) }

// Schedule is one look at the schedule.
func (s *Service) Schedule(ctx context.Context) error { return s.schedule(ctx) }

// DoChores runs the chores once.
func (s *Service) DoChores(ctx context.Context) error { return s.chores(ctx) }

// Work does a run that is taken up, as a worker does.
func (s *Service) Work(ctx context.Context, lease postgres.Lease) error {
	_, err := s.work(ctx, lease, runOptions{progress: func(portal.SyncRun) {}})
	return err
}

var (
	SourceFingerprint = sourceFingerprint
	IsOfSource        = isOfSource
)

// Endless is the error of a run that has taken too long.
var Endless = endless

// MemberName is memberName.
var MemberName = memberName
