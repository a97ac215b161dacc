package desktop

import (
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

// leaving is a Desktop whose end can be seen.
func leaving(t *testing.T) (b *testApp, c *fakeClock, exited chan int) {
	t.Helper()
	c, exited = newFakeClock(), make(chan int, 2)
	b = newTestApp(t, withClock(c), func(o *Options) { o.exit = func(code int) { exited <- code } })
	t.Cleanup(func() { c.advance(leaveWithin) }) // ends what waits to end the app
	return b, c, exited
}

// awaitAsked waits until a caller waits for d.
func (c *fakeClock) awaitAsked(t *testing.T, d time.Duration) {
	t.Helper()
	for c.nextWait(t) != d {
		continue
	}
}

func TestClose(t *testing.T) {
	t.Run("stores_the_size_of_the_window", testCloseStoresTheSizeOfTheWindow)
	t.Run("does_not_wait_for_a_hanging_window", testCloseDoesNotWaitForAHangingWindow)
	t.Run("ends_the_app_if_the_window_hangs", testCloseEndsTheAppIfTheWindowHangs)
	t.Run("waits_for_a_renewed_session_to_be_stored", testCloseWaitsForARenewedSessionToBeStored)
	t.Run("does_not_wait_for_a_hanging_keyring", testCloseDoesNotWaitForAHangingKeyring)
	t.Run("ends_a_sign_in", testCloseEndsASignIn)
}

func testCloseStoresTheSizeOfTheWindow(t *testing.T) {
	b, _, exited := leaving(t)
	b.Leave(func() Window { return Window{Width: 1111, Height: 777} })
	if w := LoadWindow(b.options.StateDir); w.Width != 1111 || w.Height != 777 {
		t.Errorf("kept %+v", w)
	}
	if len(exited) != 0 {
		t.Error("the app ended before its time")
	}
}

func testCloseDoesNotWaitForAHangingWindow(t *testing.T) {
	b, c, _ := leaving(t)
	hold := make(chan struct{})
	left := make(chan struct{})
	go func() {
		b.Leave(func() Window {
			wait.Hold(t, hold)
			return Window{Width: 1111, Height: 777}
		})
		close(left)
	}()
	c.awaitAsked(t, closeWait)
	c.advance(closeWait)
	wait.Signal(t, time.Minute, "the app to be left", left)
	close(hold)
	eventually(t, "the size of the window to be stored",
		func() bool { return LoadWindow(b.options.StateDir).Width == 1111 }) // else it writes while the test's folder is removed
}

func testCloseEndsTheAppIfTheWindowHangs(t *testing.T) {
	b, c, exited := leaving(t)
	b.Leave(func() Window { return Window{} })
	b.Leave(func() Window { return Window{} })
	c.advance(leaveWithin)
	if code := wait.For(t, time.Minute, "the app to exit", exited); code != 0 {
		t.Errorf("code %d", code)
	}
	if len(exited) != 0 {
		t.Error("a second close of the window ended the app once more")
	}
}

// renewing is a Desktop in the middle of keeping a renewed session, which hold keeps from ending.
func renewing(t *testing.T) (b *testApp, c *fakeClock, hold chan struct{}) {
	t.Helper()
	b, c, _ = leaving(t)
	b.signIn(t)
	b.endpoint.session.vault.Wait = time.Hour
	hold = make(chan struct{})
	b.ring.hang(t, hold)
	go func() { _, _ = b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess()) }()
	b.ring.awaitCall(t)
	return b, c, hold
}

func testCloseWaitsForARenewedSessionToBeStored(t *testing.T) {
	b, c, hold := renewing(t)
	before := b.ring.kept()
	closed := make(chan struct{})
	go func() {
		b.Close()
		close(closed)
	}()
	c.awaitAsked(t, closeWait)
	close(hold)
	wait.Signal(t, time.Minute, "the app to close", closed)
	if b.ring.kept() == before {
		t.Error("the keyring holds the session that was spent")
	}
}

func testCloseDoesNotWaitForAHangingKeyring(t *testing.T) {
	b, c, hold := renewing(t)
	defer close(hold)
	closed := make(chan struct{})
	go func() {
		b.Close()
		close(closed)
	}()
	c.awaitAsked(t, closeWait)
	c.advance(closeWait)
	wait.Signal(t, time.Minute, "the app to close", closed)
}

func testCloseEndsASignIn(t *testing.T) {
	b := newTestApp(t)
	result, _ := b.start(t, "google")
	b.Close()
	wantCode(t, ended(t, result).err, Cancelled)
}
