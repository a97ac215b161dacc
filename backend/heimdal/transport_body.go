package heimdal

import (
	"context"
	"io"
	"time"
)

// throughputBody is a response body whose Read fails once less than minThroughput bytes arrive within idleTimeout. The
// time between two calls of Read does not count.
type throughputBody struct {
	io.ReadCloser
	idleTimeout time.Duration
	ctx         context.Context
	cancel      context.CancelCauseFunc
	timer       *time.Timer
	// received counts bytes since minThroughput was last reached, and waited is how long the reads for them took.
	received int
	waited   time.Duration
}

// Read cancels the request when the time for the present bytes is used up.
func (b *throughputBody) Read(p []byte) (int, error) {
	left := b.idleTimeout - b.waited
	if b.timer == nil {
		b.timer = time.AfterFunc(left, func() { b.cancel(errIdle) })
	} else {
		b.timer.Reset(left)
	}
	begin := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	b.waited += time.Since(begin)
	if b.received += n; b.received >= minThroughput {
		b.received, b.waited = 0, 0
	}
	if err != nil && context.Cause(b.ctx) == errIdle { //nolint:errorlint // the cause is never wrapped
		err = context.DeadlineExceeded
	}
	return n, err
}

// Close ends the request.
func (b *throughputBody) Close() error {
	b.cancel(nil)
	return b.ReadCloser.Close()
}

// limitedBody reads at most left bytes, then returns errLarge.
type limitedBody struct {
	io.Reader
	left int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLarge
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
