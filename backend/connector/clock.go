package connector

import (
	"context"
	"time"

	"fs-client-portal/backend/portal"
)

// Clock tells the time to a reader. Tests use their own.
type Clock interface {
	Now() time.Time
	// Sleep waits for d. It returns ctx's error as soon as ctx ends, or a *Postponed at once instead of waiting.
	Sleep(ctx context.Context, d time.Duration) error
}

// RealClock is the Clock of the operating system.
type RealClock struct{}

// Now returns time.Now.
func (RealClock) Now() time.Time { return time.Now() }

// Sleep waits for d, or returns ctx's error as soon as ctx ends.
func (RealClock) Sleep(ctx context.Context, d time.Duration) error { return portal.Sleep(ctx, d) }

// Postponed is the error of work that is to be resumed at Until.
type Postponed struct{ Until time.Time }

func (p *Postponed) Error() string { return "to be continued at " + p.Until.Format(time.RFC3339) }
