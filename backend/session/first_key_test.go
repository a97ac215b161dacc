package session_test

import (
	"context"
	"sync"
	"testing"
)

func TestARushOfTokensOfTheVeryFirstKeyIsAcceptedByAReplicaThatKnewNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := newSessions(t, h.DB)
	if err := other.CheckSecret(context.Background()); err != nil { // it looks, and finds no key
		t.Fatal(err)
	}
	token := h.start().AccessToken
	begin := make(chan struct{})
	var rush sync.WaitGroup
	for range 40 {
		rush.Go(func() {
			<-begin
			if _, err := other.Verify(context.Background(), token); err != nil {
				t.Error(err)
			}
		})
	}
	close(begin)
	rush.Wait()
}
