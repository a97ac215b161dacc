package desktop

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

func TestProcesses(t *testing.T) {
	t.Run("renew_one_session_in_turn", testProcessesRenewOneSessionInTurn)
	t.Run("survive_a_kill_of_one_at_any_moment", testProcessesSurviveAKillOfOneAtAnyMoment)
	t.Run("survive_a_crash_between_commit_and_keyring", testProcessesSurviveACrashBetweenCommitAndKeyring)
	t.Run("sign_out_together", testProcessesSignOutTogether)
	t.Run("end_their_session_at_a_sign_in_of_another_user", testProcessesEndTheirSessionAtASignInOfAnotherUser)
}

func testProcessesRenewOneSessionInTurn(t *testing.T) {
	u, _ := withService(t)
	apps := make([]*otherProcess, 4)
	for i := range apps {
		apps[i] = u.start()
	}
	u.wantCause(u.signIn(apps[0]))
	for _, app := range apps {
		app.send(childCall{Do: "resume"})
	}
	for _, app := range apps {
		app.response()
		app.send(childCall{Do: "renew", Times: 8})
	}
	for i, app := range apps {
		if reply, _ := app.response(); reply.Code != "" || len(reply.Ended)+len(reply.SessionOnly) != 0 {
			t.Errorf("process %d: %+v", i, reply)
		}
	}
	if len(u.api.asked) < 32 {
		t.Errorf("%d renewals", len(u.api.asked))
	}
	for _, times := range u.api.asked {
		if times != 1 {
			t.Errorf("a token was sent %d times", times)
		}
	}
	u.wantResumed()
}

func testProcessesSurviveAKillOfOneAtAnyMoment(t *testing.T) {
	u, _ := withService(t)
	survivor := u.start()
	u.wantCause(u.signIn(survivor))
	random := rand.New(rand.NewPCG(20, 26))
	for range 20 {
		victim := u.start(func(s *childSetup) { s.Name = "victim" })
		// Its start is that of an app that was killed before: with its request id the old token is as good.
		if reply := victim.call(childCall{Do: "resume"}); reply.Code != "" {
			t.Fatalf("the start after a crash: %+v", reply)
		}
		at, left := []string{"asked", "committed", "responded"}[random.IntN(3)], random.IntN(4)
		u.api.onStep(func(moment, who string) bool {
			if moment != at || !strings.Contains(who, "/victim ") {
				return true
			}
			if left--; left >= 0 {
				return true
			}
			_ = victim.command.Process.Kill()
			return moment == "responded"
		})
		victim.send(childCall{Do: "renew", Times: 10})
		survivor.send(childCall{Do: "renew", Times: 5})
		if reply, alive := survivor.response(); !alive || reply.Code != "" || len(reply.Ended) != 0 {
			t.Fatalf("the survivor of a crash when %s: %+v", at, reply)
		}
		if _, alive := victim.response(); alive {
			t.Fatalf("the victim outlived %s", at)
		}
		u.api.onStep(nil)
	}
	u.wantResumed()
}

func testProcessesSurviveACrashBetweenCommitAndKeyring(t *testing.T) {
	u, service := withService(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	u.api.onStep(func(moment, _ string) bool {
		if moment == "committed" {
			app.kill()
		}
		return moment != "committed"
	})
	app.send(childCall{Do: "renew", Times: 1})
	if _, alive := app.response(); alive {
		t.Fatal("the app was not killed")
	}
	u.api.onStep(nil)
	u.api.sessions = u.api.newSessions(time.Nanosecond) // no grace
	if reply := u.start().call(childCall{Do: "resume"}); reply.Code != "" || len(reply.Ended) != 0 {
		t.Errorf("got events %+v", reply)
	}
	if !strings.Contains(service.Kept(), "refresh_token") {
		t.Error("the keyring lost the session")
	}
	u.wantResumed()
}

func testProcessesSignOutTogether(t *testing.T) {
	u, service := withService(t)
	first, second := u.start(), u.start()
	u.wantCause(u.signIn(first))
	second.call(childCall{Do: "resume"})
	if reply := first.call(childCall{Do: "sign out"}); reply.Code != "" || service.Kept() != "" {
		t.Fatalf("sign-out: %+v", reply)
	}
	reply := second.call(childCall{Do: "renew", Times: 1})
	if reply.Code != SignedOut || len(reply.Ended) != 1 || reply.User != "" {
		t.Errorf("the other: %+v", reply)
	}
}

func testProcessesEndTheirSessionAtASignInOfAnotherUser(t *testing.T) {
	u, service := withService(t)
	first, second := u.start(), u.start()
	u.wantCause(u.signIn(first))
	theirs := u.api.signIn(portal.MSPUser)
	if reply := second.call(childCall{Do: "adopt", Tokens: theirs}); reply.Code != "" {
		t.Fatalf("%+v", reply)
	}
	reply := first.call(childCall{Do: "renew", Times: 1})
	if reply.Code != SignedOut || len(reply.Ended) != 1 || !strings.Contains(reply.Message, "sign-in in another window") || reply.User != "" {
		t.Errorf("the first: %+v", reply)
	}
	if !strings.Contains(service.Kept(), theirs.User.ID) {
		t.Error("the keyring lost the second sign-in")
	}
	if next := u.start().call(childCall{Do: "resume"}); next.User != theirs.User.ID {
		t.Errorf("the next start is %+v", next)
	}
	// The first one's session ended on the server too.
	grant := portal.RefreshGrant{RefreshToken: u.api.tokens()[1]}
	if _, err := u.api.sessions.Refresh(t.Context(), grant); ProblemOf(err).Code != portal.SessionRevoked {
		t.Errorf("it lives on: %v", err)
	}
}
