package heimdal

import (
	"context"
	"io"
	"time"
)

// throughputBody is a response body whose Read fails once its throughput stays below the minimum for longer than silence.
// The time that its reader takes does not count.
type throughputBody struct {
	io.ReadCloser
	idleTimeout time.Duration
	ctx         context.Context
	cancel      context.CancelCauseFunc
	timer       *time.Timer
	// received counts bytes since leastBytes were last complete, and waited is how long the reads for them took.
	received int
	waited   time.Duration
}

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
	if err != nil && context.Cause(b.ctx) == errIdle { //nolint:errorlint // it is set as it is
		err = context.DeadlineExceeded
	}
	return n, err
}

func (b *throughputBody) Close() error {
	b.cancel(nil)
	return b.ReadCloser.Close()
}

// capped reads at most left bytes, then answers errLarge.
type limitedBody struct {
	io.Reader
	left int64
}

func (c *limitedBody) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errLarge
	}
	n, err := c.Reader.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
