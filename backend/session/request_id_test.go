package session_test

import (
	"context"
	"crypto/rand"
	"testing"

	"fs-client-portal/backend/portal"
)

// send refreshes with a request id, "" for none.
func (h *testEnv) send(token, requestID string) (portal.Tokens, error) {
	grant := portal.RefreshGrant{RefreshToken: token, RequestID: requestID}
	return h.sessions.Refresh(context.Background(), grant)
}

func (h *testEnv) mustSend(token, requestID string) string {
	h.Helper()
	tokens, err := h.send(token, requestID)
	if err != nil {
		h.Fatalf("refresh: %v", err)
	}
	return tokens.RefreshToken
}

// endedForSafety fails unless a request ends the session, and the other token is refused for the same reason.
func (h *testEnv) endedForSafety(token, requestID, other string) {
	h.Helper()
	_, err := h.send(token, requestID)
	wantReason(h, err, portal.EndedReuse)
	_, err = h.send(other, rand.Text())
	wantReason(h, err, portal.EndedReuse)
	if n := h.count("select count(*) from audit_log where action = 'session_ended' and detail ->> 'reason' = 'reuse'"); n != 1 {
		h.Errorf("got %d audit entries, want 1", n)
	}
}

// used moves the time at which tokens were used back in the database.
func (h *testEnv) used(ago string) {
	h.Helper()
	h.exec("update refresh_token set used_at = used_at - $1::interval where used_at is not null", ago)
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(h *testEnv, token, id string){
		"same_token_and_id_get_the_same_successor_however_late": func(h *testEnv, token, id string) {
			next := h.mustSend(token, id)
			for _, ago := range []string{"0", "31 seconds", "13 days"} {
				h.used(ago)
				if again := h.mustSend(token, id); again != next {
					h.Errorf("got another successor after %s", ago)
				}
			}
			h.mustSend(next, rand.Text())
		},
		"not_after_the_idle_time": func(h *testEnv, token, id string) {
			h.mustSend(token, id)
			h.exec("update session set idle_expires_at = now() - interval '1 second'")
			_, err := h.send(token, id)
			wantReason(h, err, "")
		},
		"a_used_successor_ends_it": func(h *testEnv, token, id string) {
			next := h.mustSend(h.mustSend(token, id), rand.Text())
			h.endedForSafety(token, id, next)
		},
		"another_id_ends_it_at_once": func(h *testEnv, token, id string) {
			next := h.mustSend(token, id)
			h.endedForSafety(token, rand.Text(), next)
		},
		"no_id_ends_it_at_once": func(h *testEnv, token, id string) {
			next := h.mustSend(token, id)
			h.endedForSafety(token, "", next)
		},
		"an_id_after_none_ends_it_at_once": func(h *testEnv, token, id string) {
			next := h.mustSend(token, "")
			h.endedForSafety(token, id, next)
		},
		"a_thief_without_id_gets_no_grace_in_a_family_that_uses_ids": func(h *testEnv, token, id string) {
			token = h.mustSend(token, id)
			next := h.mustSend(token, "")
			h.endedForSafety(token, "", next)
		},
		"the_id_of_another_token_is_none": func(h *testEnv, token, id string) {
			second := h.mustSend(token, id)
			third := h.mustSend(second, rand.Text())
			h.endedForSafety(second, id, third)
		},
		"the_database_keeps_its_hash_only": func(h *testEnv, token, id string) {
			h.mustSend(token, id)
			if n := h.count(
				"select count(*) from refresh_token where length(request_hash) = 32 and position($1::bytea in request_hash) = 0", []byte(id),
			); n != 1 {
				h.Errorf("got %d hashes, want 1", n)
			}
		},
		"a_spent_token_is_kept_while_its_successor_is_unused": func(h *testEnv, token, id string) {
			next := h.mustSend(token, id)
			h.used("13 days")
			if err := h.DB.PruneSignIns(context.Background(), 0); err != nil {
				h.Fatal(err)
			}
			if again := h.mustSend(token, id); again != next {
				h.Error("got another successor")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			test(h, h.start().RefreshToken, rand.Text())
		})
	}
}

func TestNoRequestID(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(h *testEnv, token string){
		"a_lost_response_is_repeated_three_times_in_a_sessions_life": func(h *testEnv, token string) {
			for range 3 {
				next := h.mustSend(token, "")
				if again := h.mustSend(token, ""); again != next {
					h.Fatal("got another successor")
				}
				token = next
			}
			next := h.mustSend(token, "")
			h.endedForSafety(token, "", next)
		},
		"not_after_the_grace": func(h *testEnv, token string) {
			next := h.mustSend(token, "")
			h.used("30 seconds")
			h.endedForSafety(token, "", next)
		},
		"not_once_the_successor_was_used": func(h *testEnv, token string) {
			next := h.mustSend(h.mustSend(token, ""), "")
			h.endedForSafety(token, "", next)
		},
		"a_repeat_that_is_refused_counts_no_grace": func(h *testEnv, token string) {
			next := h.mustSend(token, "")
			h.used("31 seconds")
			h.endedForSafety(token, "", next)
			if n := h.count("select sum(graces) from session"); n != 0 {
				h.Errorf("got %d graces, want 0", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			test(h, h.start().RefreshToken)
		})
	}
}

// A server without request ids replaces a token without storing an id.
func TestOlderServer(t *testing.T) {
	t.Parallel()
	olderReplaced := func(h *testEnv, token string) string {
		next := h.mustSend(token, "")
		h.exec("update refresh_token set request_hash = null where successor_hash is not null and request_hash = ''")
		return next
	}
	t.Run("a_response_it_lost_is_repeated_within_the_grace", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		token := h.mustSend(h.start().RefreshToken, rand.Text())
		next := olderReplaced(h, token)
		if again := h.mustSend(token, rand.Text()); again != next {
			t.Error("got another successor")
		}
		h.mustSend(next, rand.Text())
	})
	t.Run("not_after_the_grace", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		token := h.start().RefreshToken
		next := olderReplaced(h, token)
		h.used("31 seconds")
		h.endedForSafety(token, rand.Text(), next)
	})
	t.Run("three_times_in_a_sessions_life", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		token := h.start().RefreshToken
		next := olderReplaced(h, token)
		for range 3 {
			h.mustSend(token, rand.Text())
		}
		h.endedForSafety(token, rand.Text(), next)
	})
}
