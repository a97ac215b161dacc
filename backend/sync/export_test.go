package sync

import "context"

// RaiseAlerts is what the schedule does for mails.
func (s *Service) RaiseAlerts(ctx context.Context) error { return s.raiseAlerts(ctx) }
