package desktop

import (
	"context"
	"errors"
	"testing"
)

func TestProve(t *testing.T) {
	b := newTestApp(t)
	t.Run("returns_once_the_page_replies", func(t *testing.T) {
		if err := b.Prove(t.Context(), b.Alive); err != nil {
			t.Error(err)
		}
	})
	t.Run("takes_no_other_reply", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := b.Prove(ctx, func(token string) {
			b.Alive("")
			b.Alive(token + "x")
			cancel()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
	t.Run("forgets_what_is_over", func(t *testing.T) {
		if n := len(b.liveness.waiting); n != 0 {
			t.Errorf("%d tokens are kept", n)
		}
	})
}
