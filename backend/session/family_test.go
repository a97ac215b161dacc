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
)

// line is one session as its holders live it: two replicas whose clocks are minutes apart, and a database whose clock
// alone says how long ago a token was used.
type line struct {
	*house
	t        *rapid.T
	replicas []*session.Sessions
	id       string // of the session
}

// skewed answers two replicas whose clocks are five minutes off, one either way.
func (h *house) skewed() []*session.Sessions {
	early, earlyClock := h.replica()
	late, lateClock := h.replica()
	earlyClock.put(-5 * time.Minute)
	lateClock.put(5 * time.Minute)
	return []*session.Sessions{early, late}
}

func (h *house) newLine(t *rapid.T, replicas []*session.Sessions) (*line, string) {
	tokens, err := replicas[0].Start(context.Background(), h.user().UserID, session.Client{})
	if err != nil {
		t.Fatal(err)
	}
	viewer, err := replicas[0].Verify(context.Background(), tokens.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	return &line{house: h, t: t, replicas: replicas, id: viewer.SessionID}, tokens.RefreshToken
}

// refresh sends a token with a request id of its own.
func (l *line) refresh(token string) (string, error) { return l.send(token, rand.Text()) }

func (l *line) send(token, requestID string) (string, error) {
	replica := rapid.SampledFrom(l.replicas).Draw(l.t, "replica")
	grant := portal.RefreshGrant{RefreshToken: token, RequestID: requestID}
	tokens, err := replica.Refresh(context.Background(), grant, session.Client{})
	return tokens.RefreshToken, err
}

func (l *line) mustRefresh(token string) string { return l.mustSend(token, rand.Text()) }

func (l *line) mustSend(token, requestID string) string {
	next, err := l.send(token, requestID)
	if err != nil {
		l.t.Fatalf("an honest client is refused: %v", err)
	}
	return next
}

// wait lets time pass in the database.
func (l *line) wait(seconds int) {
	l.exec("update refresh_token set used_at = used_at - make_interval(secs => $2) where session_id = $1", l.id, seconds)
}

func (l *line) revokedFor() string {
	l.Helper()
	var reason *string
	if err := l.owner.QueryRow(context.Background(), "select revoked_reason from session where id = $1", l.id).Scan(&reason); err != nil {
		l.t.Fatal(err)
	}
	if reason == nil {
		return ""
	}
	return *reason
}

// oneLine fails if more than one token could be used at this moment.
func (l *line) oneLine() {
	l.Helper()
	if n := l.count("select count(*) from refresh_token where session_id = $1 and used_at is null", l.id); n != 1 {
		l.t.Fatalf("%d tokens are unused", n)
	}
}

// wantEndedForSafety fails unless the token is refused in the words of a session that was ended for safety.
func (l *line) wantEndedForSafety(token string) {
	l.Helper()
	_, err := l.refresh(token)
	wantReason(l.t, err, portal.EndedReuse)
	if reason := l.revokedFor(); reason != string(portal.EndedReuse) {
		l.t.Fatalf("the session is revoked for %q", reason)
	}
}

func wantReason(t interface{ Fatalf(string, ...any) }, err error, reason portal.EndedReason) {
	var told *portal.Error
	if !errors.As(err, &told) || told.Code != portal.SessionRevoked || told.Detail != reason.Sentence() {
		t.Fatalf("answers %v, want %q", err, reason.Sentence())
	}
}

func TestTokenFamily(t *testing.T) {
	t.Parallel()
	t.Run("honest_client_survives_lost_responses", testTokenFamilyHonestClientSurvivesLostResponses)
	t.Run("restored_token_ends_it_for_both", testTokenFamilyRestoredTokenEndsItForBoth)
	t.Run("thief_and_owner_never_both_continue", testTokenFamilyThiefAndOwnerNeverBothContinue)
}

// An honest client keeps the token it holds and the id it sends it with, puts the next into its keyring before it uses it,
// and asks again, however late, where a response does not come.
func testTokenFamilyHonestClientSurvivesLostResponses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		l, held := h.newLine(t, replicas)
		t.Repeat(map[string]func(*rapid.T){
			"refresh": func(*rapid.T) { held = l.mustRefresh(held) },
			"responses get lost, or the client crashes before the keyring is written": func(t *rapid.T) {
				var next string
				id := rand.Text()
				for range rapid.IntRange(1, 6).Draw(t, "times") {
					got := l.mustSend(held, id)
					if next != "" && got != next {
						t.Fatal("the same request gets another successor")
					}
					next = got
					l.wait(rapid.IntRange(0, 13*24*3600).Draw(t, "seconds"))
				}
				held = next
			},
			"several at once": func(t *rapid.T) {
				held = l.refreshAtOnce(held, rand.Text(), rapid.IntRange(2, 6).Draw(t, "requests"))
			},
			"a day passes": func(*rapid.T) { l.wait(24 * 3600) },
			"":             func(*rapid.T) { l.oneLine() },
		})
		if reason := l.revokedFor(); reason != "" {
			t.Fatalf("the session was revoked for %s", reason)
		}
	})
}

// refreshAtOnce answers the successor all of them get.
func (l *line) refreshAtOnce(token, requestID string, clients int) string {
	answers, errs := make([]string, clients), make([]error, clients)
	var wait sync.WaitGroup
	for i := range clients {
		replica := l.replicas[i%len(l.replicas)]
		wait.Go(func() {
			tokens, err := replica.Refresh(context.Background(), portal.RefreshGrant{RefreshToken: token, RequestID: requestID}, session.Client{})
			answers[i], errs[i] = tokens.RefreshToken, err
		})
	}
	wait.Wait()
	for i := range clients {
		if errs[i] != nil || answers[i] != answers[0] {
			l.t.Fatalf("of clients that refresh at once one gets %q, %v", answers[i], errs[i])
		}
	}
	return answers[0]
}

func testTokenFamilyRestoredTokenEndsItForBoth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		l, held := h.newLine(t, replicas)
		var snapshots []string
		for range rapid.IntRange(1, 5).Draw(t, "refreshes") {
			snapshots = append(snapshots, held)
			held = l.mustRefresh(held)
		}
		l.wait(rapid.IntRange(0, 100).Draw(t, "seconds"))
		l.wantEndedForSafety(rapid.SampledFrom(snapshots).Draw(t, "restored"))
		l.wantEndedForSafety(held)
	})
}

// A thief who copied a token and its owner both go on with what they get. A thief who copied the keyring between a request
// and its response holds its id too, and gets the same successor; then the next request tells the two apart.
func testTokenFamilyThiefAndOwnerNeverBothContinue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		l, held := h.newLine(t, replicas)
		holds := map[string]string{"owner": held, "thief": held}
		who := rapid.SampledFrom([]string{"owner", "thief"})
		if rapid.Bool().Draw(t, "the thief holds the request id") {
			id := rand.Text()
			for range rapid.IntRange(1, 4).Draw(t, "requests") {
				name := who.Draw(t, "who")
				holds[name] = l.mustSend(held, id)
			}
			l.oneLine()
			holds["thief"] = l.mustSend(held, id)
			holds["owner"] = holds["thief"]
		}
		first := who.Draw(t, "who comes first")
		second := map[string]string{"owner": "thief", "thief": "owner"}[first]
		// The owner's app sends ids always, a thief as they like.
		id := func(name string) string {
			if name == "thief" && rapid.Bool().Draw(t, "without id") {
				return ""
			}
			return rand.Text()
		}
		next, err := l.send(holds[first], id(first))
		if err != nil {
			t.Fatalf("an unused token is refused: %v", err)
		}
		holds[first] = next
		l.oneLine()
		l.wait(rapid.IntRange(0, 100).Draw(t, "seconds"))
		if _, err := l.send(holds[second], id(second)); portal.ErrorCode(err) != portal.SessionRevoked {
			t.Fatalf("both go on: %v", err)
		}
		l.bothAreTold(holds)
	})
}

func (l *line) bothAreTold(holds map[string]string) {
	l.Helper()
	for _, token := range holds {
		l.wantEndedForSafety(token)
	}
}
