package session_test

import (
	"context"
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

func (l *line) refresh(token string) (string, error) {
	replica := rapid.SampledFrom(l.replicas).Draw(l.t, "replica")
	tokens, err := replica.Refresh(context.Background(), token, session.Client{})
	return tokens.RefreshToken, err
}

func (l *line) mustRefresh(token string) string {
	next, err := l.refresh(token)
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

// An honest client keeps the token it holds, puts the next into its keyring before it uses it, and asks again at once
// where an answer does not come.
func TestAnHonestClientIsNeverSignedOutWhateverGetsLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		l, held := h.newLine(t, replicas)
		t.Repeat(map[string]func(*rapid.T){
			"refresh": func(*rapid.T) { held = l.mustRefresh(held) },
			"answers get lost": func(t *rapid.T) {
				var next string
				for range rapid.IntRange(1, 4).Draw(t, "times") {
					got := l.mustRefresh(held)
					if next != "" && got != next {
						t.Fatal("the same question gets another successor")
					}
					next = got
					l.wait(rapid.IntRange(0, 7).Draw(t, "seconds"))
				}
				held = next
			},
			"crash before the keyring is written": func(t *rapid.T) {
				l.mustRefresh(held)
				l.wait(rapid.IntRange(0, 28).Draw(t, "seconds"))
				held = l.mustRefresh(held)
			},
			"several at once": func(t *rapid.T) { held = l.refreshAtOnce(held, rapid.IntRange(2, 6).Draw(t, "clients")) },
			"a day passes":    func(*rapid.T) { l.wait(24 * 3600) },
			"":                func(*rapid.T) { l.oneLine() },
		})
		if reason := l.revokedFor(); reason != "" {
			t.Fatalf("the session was revoked for %s", reason)
		}
	})
}

// refreshAtOnce answers the successor all of them get.
func (l *line) refreshAtOnce(token string, clients int) string {
	answers, errs := make([]string, clients), make([]error, clients)
	var wait sync.WaitGroup
	for i := range clients {
		replica := l.replicas[i%len(l.replicas)]
		wait.Go(func() {
			tokens, err := replica.Refresh(context.Background(), token, session.Client{})
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

func TestAClientThatCrashedAndComesBackAfterTheGraceIsToldThatItsSessionEndedForSafety(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		l, held := h.newLine(t, replicas)
		for range rapid.IntRange(0, 3).Draw(t, "refreshes before") {
			held = l.mustRefresh(held)
		}
		unseen := l.mustRefresh(held)
		l.wait(rapid.IntRange(31, 100_000).Draw(t, "seconds"))
		l.wantEndedForSafety(held)
		l.wantEndedForSafety(unseen)
	})
}

func TestATokenRestoredFromASnapshotEndsTheSessionForBothOnceTheNextWasUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		l, held := h.newLine(t, replicas)
		var snapshots []string
		for range rapid.IntRange(2, 5).Draw(t, "refreshes") {
			snapshots = append(snapshots, held)
			held = l.mustRefresh(held)
		}
		// The last snapshot's successor is unused: restored at once it is a lost answer. Any older one is reuse, however soon.
		restored := rapid.SampledFrom(snapshots[:len(snapshots)-1]).Draw(t, "restored")
		if rapid.Bool().Draw(t, "in time") {
			if again := l.mustRefresh(snapshots[len(snapshots)-1]); again != held {
				t.Fatal("the direct predecessor gets another successor")
			}
		} else {
			l.wait(31)
			restored = rapid.SampledFrom(snapshots).Draw(t, "restored late")
		}
		l.wantEndedForSafety(restored)
		l.wantEndedForSafety(held)
	})
}

// A thief who copied a token and its owner both go on with what they get. They may share one line of tokens as long
// as they ask within the grace of each other; sooner or later one of them comes later than that.
func TestAThiefAndTheOwnerNeverBothGoOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	replicas := h.skewed()
	rapid.Check(t, func(t *rapid.T) {
		l, held := h.newLine(t, replicas)
		holds := map[string]string{"owner": held, "thief": held}
		who := rapid.SampledFrom([]string{"owner", "thief"})
		for range rapid.IntRange(0, 6).Draw(t, "within the grace") {
			name := who.Draw(t, "who")
			next, err := l.refresh(holds[name])
			if err != nil {
				l.bothAreTold(holds)
				return
			}
			holds[name] = next
			l.oneLine()
		}
		first := who.Draw(t, "who comes first")
		second := map[string]string{"owner": "thief", "thief": "owner"}[first]
		l.wait(31)
		if next, err := l.refresh(holds[first]); err == nil {
			holds[first] = next
			l.oneLine()
			l.wait(31)
			l.wantEndedForSafety(holds[second])
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
