package session_test

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit/wait"
)

// family is the refresh-token family of one session, with two replicas whose clocks are minutes apart. Only the
// database's clock decides how long ago a token was used.
type family struct {
	*testEnv
	t        *rapid.T
	replicas []*session.Sessions
	id       string // of the session
}

// skewed returns two replicas whose clocks are five minutes early and five minutes late.
func (h *testEnv) skewed() []*session.Sessions {
	early, earlyClock := h.replica()
	late, lateClock := h.replica()
	earlyClock.put(-5 * time.Minute)
	lateClock.put(5 * time.Minute)
	return []*session.Sessions{early, late}
}

func (h *testEnv) newFamily(t *rapid.T, replicas []*session.Sessions) (*family, string) {
	tokens, err := replicas[0].Start(context.Background(), h.user().UserID, "")
	if err != nil {
		t.Fatal(err)
	}
	viewer, err := replicas[0].Verify(context.Background(), tokens.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	return &family{testEnv: h, t: t, replicas: replicas, id: viewer.SessionID}, tokens.RefreshToken
}

// refresh sends a token with a new request id.
func (f *family) refresh(token string) (string, error) { return f.send(token, rand.Text()) }

func (f *family) send(token, requestID string) (string, error) {
	replica := rapid.SampledFrom(f.replicas).Draw(f.t, "replica")
	grant := portal.RefreshGrant{RefreshToken: token, RequestID: requestID}
	tokens, err := replica.Refresh(context.Background(), grant)
	return tokens.RefreshToken, err
}

func (f *family) mustRefresh(token string) string { return f.mustSend(token, rand.Text()) }

func (f *family) mustSend(token, requestID string) string {
	next, err := f.send(token, requestID)
	if err != nil {
		f.t.Fatalf("an honest client: got error %v, want nil", err)
	}
	return next
}

// wait moves the times at which tokens were used back in the database.
func (f *family) wait(seconds int) {
	f.exec("update refresh_token set used_at = used_at - make_interval(secs => $2) where session_id = $1", f.id, seconds)
}

func (f *family) revokedFor() string {
	f.Helper()
	var reason *string
	if err := f.owner.QueryRow(context.Background(), "select revoked_reason from session where id = $1", f.id).Scan(&reason); err != nil {
		f.t.Fatal(err)
	}
	if reason == nil {
		return ""
	}
	return *reason
}

// wantOneUsableToken fails unless exactly one token is unused.
func (f *family) wantOneUsableToken() {
	f.Helper()
	if n := f.count("select count(*) from refresh_token where session_id = $1 and used_at is null", f.id); n != 1 {
		f.t.Fatalf("got %d unused tokens, want 1", n)
	}
}

// wantEndedForSafety fails unless the token is refused because of a reuse.
func (f *family) wantEndedForSafety(token string) {
	f.Helper()
	_, err := f.refresh(token)
	wantReason(f.t, err, portal.EndedReuse)
	if reason := f.revokedFor(); reason != string(portal.EndedReuse) {
		f.t.Fatalf("got the end reason %q, want reuse", reason)
	}
}

func wantReason(t interface{ Fatalf(string, ...any) }, err error, reason portal.EndedReason) {
	var refused *portal.Error
	if !errors.As(err, &refused) || refused.Code != portal.SessionRevoked || refused.Detail != reason.Sentence() {
		t.Fatalf("got error %v, want %q", err, reason.Sentence())
	}
}

func TestTokenFamily(t *testing.T) {
	t.Parallel()
	t.Run("honest_client_survives_lost_responses", testTokenFamilyHonestClientSurvivesLostResponses)
	t.Run("restored_token_ends_it_for_both", testTokenFamilyRestoredTokenEndsItForBoth)
	t.Run("thief_and_owner_never_both_continue", testTokenFamilyThiefAndOwnerNeverBothContinue)
}

// An honest client stores its token and request id, stores the next token in its keyring before it uses it, and repeats
// a request without a response, however late.
func testTokenFamilyHonestClientSurvivesLostResponses(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		f, held := h.newFamily(t, replicas)
		t.Repeat(map[string]func(*rapid.T){
			"refresh": func(*rapid.T) { held = f.mustRefresh(held) },
			"responses get lost, or the client crashes before the keyring is written": func(t *rapid.T) {
				var next string
				id := rand.Text()
				for range rapid.IntRange(1, 6).Draw(t, "times") {
					got := f.mustSend(held, id)
					if next != "" && got != next {
						t.Fatal("got another successor for the same request")
					}
					next = got
					f.wait(rapid.IntRange(0, 13*24*3600).Draw(t, "seconds"))
				}
				held = next
			},
			"several at once": func(t *rapid.T) {
				held = f.refreshAtOnce(held, rand.Text(), rapid.IntRange(2, 6).Draw(t, "requests"))
			},
			"a day passes": func(*rapid.T) { f.wait(24 * 3600) },
			"":             func(*rapid.T) { f.wantOneUsableToken() },
		})
		if reason := f.revokedFor(); reason != "" {
			t.Fatalf("the session was revoked for %s, want it active", reason)
		}
	})
}

// refreshAtOnce returns the one successor that all concurrent requests get.
func (f *family) refreshAtOnce(token, requestID string, clients int) string {
	successors, errs := make([]string, clients), make([]error, clients)
	var refreshes sync.WaitGroup
	for i := range clients {
		replica := f.replicas[i%len(f.replicas)]
		refreshes.Go(func() {
			tokens, err := replica.Refresh(context.Background(), portal.RefreshGrant{RefreshToken: token, RequestID: requestID})
			successors[i], errs[i] = tokens.RefreshToken, err
		})
	}
	wait.Group(f.t, time.Minute, "the concurrent refreshes", &refreshes)
	for i := range clients {
		if errs[i] != nil || successors[i] != successors[0] {
			f.t.Fatalf("a concurrent refresh got %q, %v, want one successor for all", successors[i], errs[i])
		}
	}
	return successors[0]
}

func testTokenFamilyRestoredTokenEndsItForBoth(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		f, held := h.newFamily(t, replicas)
		var snapshots []string
		for range rapid.IntRange(1, 5).Draw(t, "refreshes") {
			snapshots = append(snapshots, held)
			held = f.mustRefresh(held)
		}
		f.wait(rapid.IntRange(0, 100).Draw(t, "seconds"))
		f.wantEndedForSafety(rapid.SampledFrom(snapshots).Draw(t, "restored"))
		f.wantEndedForSafety(held)
	})
}

// A thief who copied a token and its owner both continue with what they get. A thief who copied the keyring between a
// request and its response has its id too and gets the same successor; the next request then distinguishes the two.
func testTokenFamilyThiefAndOwnerNeverBothContinue(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		f, held := h.newFamily(t, replicas)
		holds := map[string]string{"owner": held, "thief": held}
		who := rapid.SampledFrom([]string{"owner", "thief"})
		if rapid.Bool().Draw(t, "the thief holds the request id") {
			id := rand.Text()
			for range rapid.IntRange(1, 4).Draw(t, "requests") {
				name := who.Draw(t, "who")
				holds[name] = f.mustSend(held, id)
			}
			f.wantOneUsableToken()
			holds["thief"] = f.mustSend(held, id)
			holds["owner"] = holds["thief"]
		}
		first := who.Draw(t, "who comes first")
		second := map[string]string{"owner": "thief", "thief": "owner"}[first]
		// The owner's app always sends ids, a thief need not.
		id := func(name string) string {
			if name == "thief" && rapid.Bool().Draw(t, "without id") {
				return ""
			}
			return rand.Text()
		}
		next, err := f.send(holds[first], id(first))
		if err != nil {
			t.Fatalf("an unused token: got error %v, want nil", err)
		}
		holds[first] = next
		f.wantOneUsableToken()
		f.wait(rapid.IntRange(0, 100).Draw(t, "seconds"))
		if _, err := f.send(holds[second], id(second)); portal.ErrorCode(err) != portal.SessionRevoked {
			t.Fatalf("the second holder: got error %v, want the session revoked", err)
		}
		f.wantReasonForBoth(holds)
	})
}

func (f *family) wantReasonForBoth(holds map[string]string) {
	f.Helper()
	for _, token := range holds {
		f.wantEndedForSafety(token)
	}
}
