package desktop

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// started counts the attempts the API was asked for.
func (f *fakeAPI) started() *atomic.Int32 {
	next := f.Config.Handler
	var n atomic.Int32
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/auth/attempts" {
			n.Add(1)
		}
		next.ServeHTTP(w, r)
	})
	return &n
}

// noticed is a context that signals once that a caller waits with it.
type noticed struct {
	context.Context
	once    sync.Once
	waiting *sync.WaitGroup
}

func (n *noticed) Done() <-chan struct{} {
	n.once.Do(n.waiting.Done)
	return n.Context.Done()
}

func TestAttempt(t *testing.T) {
	t.Run("is_shared_by_ten_clicks_at_once", testAttemptIsSharedByTenClicksAtOnce)
	t.Run("continues_if_one_click_gives_up", testAttemptContinuesIfOneClickGivesUp)
	t.Run("is_replaced_by_a_later_click", testAttemptIsReplacedByALaterClick)
	t.Run("is_not_shared_after_cancel", testAttemptIsNotSharedAfterCancel)
	t.Run("is_the_only_one_after_clicks_on_both_buttons", testAttemptIsTheOnlyOneAfterClicksOnBothButtons)
	t.Run("ends_after_five_minutes", testAttemptEndsAfterFiveMinutes)
	t.Run("ends_earlier_at_the_limit_of_the_API", testAttemptEndsEarlierAtTheLimitOfTheAPI)
	t.Run("ends_while_the_computer_sleeps", testAttemptEndsWhileTheComputerSleeps)
	t.Run("refuses_a_late_response", testAttemptRefusesALateResponse)
	t.Run("ends_if_the_clock_is_set_back", testAttemptEndsIfTheClockIsSetBack)
}

func testAttemptIsSharedByTenClicksAtOnce(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	attempts := b.api.started()
	begin := make(chan struct{})
	results := make(chan signInResult, 10)
	var waiting sync.WaitGroup
	waiting.Add(10)
	for range 10 {
		go func() {
			wait.Hold(t, begin)
			me, err := b.SignIn(&noticed{Context: t.Context(), waiting: &waiting}, "google")
			results <- signInResult{me, err}
		}()
	}
	close(begin)
	target := follow(t, b.awaitLink(t))
	wait.Group(t, time.Minute, "all ten clicks to wait", &waiting)
	get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	for range 10 {
		if r := ended(t, results); r.err != nil || r.me.User.ID != testUser.ID {
			t.Errorf("a click got %+v, %v", r.me, r.err)
		}
	}
	if attempts.Load() != 1 || len(b.browser) != 0 || b.raised != 1 {
		t.Errorf("%d attempts, %d more browser windows, raised %d times", attempts.Load(), len(b.browser), b.raised)
	}
	if waits := b.emitted(EventSignInWaiting); len(waits) != 1 {
		t.Errorf("got waits at %v", waits)
	}
}

func testAttemptContinuesIfOneClickGivesUp(t *testing.T) {
	b := newTestApp(t, withClock(newFakeClock()))
	result, link := b.start(t, portal.Google)
	ctx := expiring{t.Context(), make(chan struct{})}
	second := make(chan error, 1)
	go func() { _, err := b.SignIn(ctx, "google"); second <- err }()
	close(ctx.over)
	wantCode(t, wait.For(t, time.Minute, "the second click to end", second), Cancelled)
	target := follow(t, link)
	get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	if r := ended(t, result); r.err != nil {
		t.Error(r.err)
	}
}

func testAttemptIsReplacedByALaterClick(t *testing.T) {
	for name, again := range map[string]func(*fakeClock) portal.ProviderID{
		"on the other button":          func(*fakeClock) portal.ProviderID { return portal.Entra },
		"on the same button, later on": func(c *fakeClock) portal.ProviderID { c.advance(togetherWithin); return portal.Google },
	} {
		clock := newFakeClock()
		b := newTestApp(t, withClock(clock))
		attempts := b.api.started()
		first, link := b.start(t, portal.Google)
		gone := follow(t, link)
		provider := again(clock)
		second, link := b.start(t, provider)
		wantCode(t, ended(t, first).err, Cancelled)
		old, _ := url.Parse(gone.Get("redirect_uri"))
		wantPortGone(t, old.Host)
		target := follow(t, link)
		get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
		if r := ended(t, second); r.err != nil || attempts.Load() != 2 {
			t.Errorf("%s: %v after %d attempts", name, r.err, attempts.Load())
		}
	}
}

func testAttemptIsNotSharedAfterCancel(t *testing.T) {
	s := &signIn{provider: portal.Google, began: time.Now()}
	if !s.shares(nil, portal.Google, s.began) {
		t.Fatal("a click at once does not share")
	}
	s.over = true
	if s.shares(nil, portal.Google, s.began) {
		t.Error("shared though it was cancelled")
	}
}

func testAttemptIsTheOnlyOneAfterClicksOnBothButtons(t *testing.T) {
	b := newTestApp(t, withClock(newFakeClock()))
	results := make(chan signInResult, 10)
	for i := range 10 {
		go func() {
			provider := []string{"google", "entra"}[i%2]
			me, err := b.SignIn(t.Context(), provider)
			results <- signInResult{me, err}
		}()
	}
	// The one that remains is the one whose link still leads somewhere.
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for {
			select {
			case link := <-b.browser:
				response, err := noRedirects.Get(link)
				if err != nil {
					continue
				}
				_ = response.Body.Close()
				if response.StatusCode != http.StatusFound {
					continue
				}
				target, err := response.Location()
				if err != nil {
					t.Error(err)
					return
				}
				again, err := noRedirects.Get(target.Query().Get("redirect_uri") + "?" + b.response(target.Query()).Encode())
				if err == nil {
					_ = again.Body.Close()
				}
			case <-t.Context().Done():
				return
			}
		}
	}()
	for range 10 {
		if r := ended(t, results); r.err != nil && !hasCode(r.err, Cancelled) {
			t.Errorf("a click got %v", r.err)
		}
	}
	if b.signingIn != nil {
		t.Error("a sign-in is still under way")
	}
}

func testAttemptEndsAfterFiveMinutes(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	result, _ := b.start(t, portal.Google)
	clock.nextWait(t)
	clock.advance(5*time.Minute - 1)
	clock.nextWait(t)
	select {
	case r := <-result:
		t.Fatalf("ended early: %v", r.err)
	default:
	}
	clock.advance(1)
	wantCode(t, ended(t, result).err, TimedOut)
}

func testAttemptEndsEarlierAtTheLimitOfTheAPI(t *testing.T) {
	s := &signIn{began: time.Now()}
	d := &Desktop{signInLimit: signInLimit}
	for expires, want := range map[time.Duration]time.Duration{
		time.Minute: time.Minute, 10 * time.Minute: signInLimit,
		// A computer whose clock is an hour ahead.
		-50 * time.Minute: signInLimit,
	} {
		if until := d.endOf(s, portal.Attempt{ExpiresAt: s.began.Add(expires)}); until.Sub(s.began) != want {
			t.Errorf("%v is the end where the API says %v", until.Sub(s.began), expires)
		}
	}
}

// asleep is t after the computer slept: the wall's clock went on, the one that counts since the start did not.
func asleep(t time.Time, d time.Duration) time.Time {
	const secondsInWall = 30 // time.Time keeps them above the nanoseconds
	*(*uint64)(unsafe.Pointer(&t)) += uint64(d/time.Second) << secondsInWall
	return t
}

func testAttemptEndsWhileTheComputerSleeps(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	result, _ := b.start(t, portal.Google)
	clock.nextWait(t)
	before := clock.Now()
	after := asleep(before, 6*time.Minute)
	if after.Sub(before) != 0 || after.Round(0).Sub(before.Round(0)) != 6*time.Minute {
		t.Fatal("this is not how a computer sleeps")
	}
	clock.set(after)
	clock.advance(wakeEvery)
	wantCode(t, ended(t, result).err, TimedOut)
}

func testAttemptRefusesALateResponse(t *testing.T) {
	clock := newFakeClock()
	b := newTestApp(t, withClock(clock))
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	clock.nextWait(t)
	// Nothing has looked at the clock since the computer woke.
	clock.mu.Lock()
	clock.now = asleep(clock.now, 6*time.Minute)
	clock.mu.Unlock()
	page := get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	wantCode(t, ended(t, result).err, TimedOut)
	if page.status != 200 || !containsAll(page.body, "The sign-in took too long") {
		t.Errorf("shown %d %s", page.status, page.body)
	}
}

func testAttemptEndsIfTheClockIsSetBack(t *testing.T) {
	began := time.Now()
	now := asleep(began.Add(5*time.Minute), -time.Hour)
	if !passed(now, began.Add(5*time.Minute)) {
		t.Error("an hour more")
	}
}
