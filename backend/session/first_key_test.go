package session_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

func TestSigningKeys(t *testing.T) {
	t.Parallel()
	t.Run("first_key_is_accepted_at_once", testSigningKeysFirstKeyIsAcceptedAtOnce)
	t.Run("replicas_share_the_first_key", testSigningKeysReplicasShareTheFirstKey)
	t.Run("rotation_ends_no_session", testSigningKeysRotationEndsNoSession)
	t.Run("next_key_is_published_before_it_signs", testSigningKeysNextKeyIsPublishedBeforeItSigns)
	t.Run("key_signing_at_once_spreads_in_a_second", testSigningKeysKeySigningAtOnceSpreadsInASecond)
	t.Run("retired_key_expires_with_its_tokens", testSigningKeysRetiredKeyExpiresWithItsTokens)
	t.Run("concurrent_rotations", testSigningKeysConcurrentRotations)
	t.Run("key_set_has_public_keys_only", testSigningKeysKeySetHasPublicKeysOnly)
}

func testSigningKeysFirstKeyIsAcceptedAtOnce(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	other := newSessions(t, h.DB)
	if err := other.CheckSecret(context.Background()); err != nil { // it looks, and finds no key
		t.Fatal(err)
	}
	token := h.start().AccessToken
	begin := make(chan struct{})
	var rush sync.WaitGroup
	for range 40 {
		rush.Go(func() {
			wait.Hold(t, begin)
			if _, err := other.Verify(context.Background(), token); err != nil {
				t.Error(err)
			}
		})
	}
	close(begin)
	wait.Group(t, time.Minute, "forty verifications", &rush)
}
