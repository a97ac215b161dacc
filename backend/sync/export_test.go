package sync

import "context"

// RaiseAlerts is what the schedule does for mails.
func (s *Service) RaiseAlerts(ctx context.Context) error { return s.raiseAlerts(ctx) }

// ReplaceLostJobs is what every replica does while it lives.
func (s *Service) ReplaceLostJobs(ctx context.Context) error { return s.replaceLostJobs(ctx) }
