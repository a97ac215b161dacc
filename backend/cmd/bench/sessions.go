package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// measureSessions prints the rows about tokens and sessions.
func measureSessions(ctx context.Context, w *world) error {
	if err := measureAccessCheck(ctx, w); err != nil {
		return fmt.Errorf("access token: %w", err)
	}
	if err := measureRefreshes(ctx, w); err != nil {
		return fmt.Errorf("refreshes: %w", err)
	}
	if err := measureRevocation(ctx, w); err != nil {
		return fmt.Errorf("revocation: %w", err)
	}
	return nil
}

// measureAccessCheck prints the cost of verifying an access token that was verified before.
func measureAccessCheck(ctx context.Context, w *world) error {
	db, err := postgres.Open(ctx, w.serverURL(""))
	if err != nil {
		return err
	}
	defer db.Close()
	sealer, err := session.LoadSealer(w.secretKeyFile())
	if err != nil {
		return err
	}
	sessions, err := session.New(db, sealer, session.Config{Issuer: publicURL})
	if err != nil {
		return err
	}
	if _, err := sessions.Verify(ctx, w.admin); err != nil {
		return err
	}
	var failure error
	check := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			_, err := sessions.Verify(ctx, w.admin)
			failure = errors.Join(failure, err)
		}
	})
	row("access token, checked again", float64(check.NsPerOp())/1000, "µs", "limit", 5)
	return failure
}

const refreshSessions = 32

// measureRefreshes refreshes several sessions repeatedly, and then checks that each is still valid.
func measureRefreshes(ctx context.Context, w *world) error {
	var all []portal.Tokens
	for range refreshSessions {
		tokens, err := w.tryCode(ctx, "user", "")
		if err != nil {
			return err
		}
		all = append(all, tokens)
	}
	free := make(chan portal.Tokens, len(all))
	for _, tokens := range all {
		free <- tokens
	}
	ours, err := load(ctx, w.api, func(ctx context.Context) error {
		tokens := <-free
		next, err := w.refresh(ctx, tokens)
		free <- next
		return err
	})
	if err != nil {
		return err
	}
	kept := 0
	for range all {
		tokens, err := w.refresh(ctx, <-free)
		if err == nil && expectOK(ctx, w.api.base+"/v1/me", tokens.AccessToken) == nil {
			kept++
		}
	}
	row("refreshes", ours.perSecond, "refreshes/s", "aim", 200)
	row("refreshes, p99", milliseconds(ours.p99), "ms", "limit", 1000)
	row("refreshes, sessions kept", float64(kept), "sessions", "of", refreshSessions)
	return nil
}

func (w *world) refresh(ctx context.Context, tokens portal.Tokens) (next portal.Tokens, err error) {
	return next, w.call(ctx, "POST", "/v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: tokens.RefreshToken}, &next)
}

const revocations = 100

// measureRevocation signs users out at one replica and measures how long another, busy replica accepts them.
func measureRevocation(ctx context.Context, w *world) error {
	other, err := w.serve(ctx, w.serverURL(""))
	if err != nil {
		return err
	}
	defer other.stop()
	quiet := make(chan struct{})
	var busy sync.WaitGroup
	for range 2 {
		busy.Go(func() {
			for {
				select {
				case <-quiet:
					return
				default:
					_ = expectOK(ctx, other.base+"/v1/clients", w.admin)
				}
			}
		})
	}
	defer busy.Wait()
	defer close(quiet)
	var times []time.Duration
	for range revocations {
		took, err := w.revoke(ctx, other)
		if err != nil {
			return err
		}
		times = append(times, took)
	}
	slices.Sort(times)
	row("sign-out until another replica refuses, p99", milliseconds(times[len(times)*99/100]), "ms", "limit", 1000)
	return nil
}

// revoke returns the time from signing out at one replica until the other rejects the access token.
func (w *world) revoke(ctx context.Context, other *process) (time.Duration, error) {
	tokens, err := w.tryCode(ctx, "user", "")
	if err != nil {
		return 0, err
	}
	if err := expectOK(ctx, other.base+"/v1/me", tokens.AccessToken); err != nil {
		return 0, err
	}
	began := time.Now()
	status, body, err := send(ctx, "POST", w.api.base+"/v1/auth/logout", tokens.AccessToken, nil)
	if err != nil || status != http.StatusNoContent {
		return 0, fmt.Errorf("sign-out returned %d %s: %w", status, body, err)
	}
	for time.Since(began) < 10*time.Second {
		status, _, err := get(ctx, other.base+"/v1/me", tokens.AccessToken)
		if err != nil {
			return 0, err
		}
		if status == http.StatusUnauthorized {
			return time.Since(began), nil
		}
	}
	return 0, errors.New("a session that was ended is still accepted after 10 s")
}
