package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"fs-client-portal/backend/portal"
)

const (
	// clockSkew is the largest accepted difference between a provider's clock and this server's, in either direction.
	clockSkew = portal.ProviderClockSkew
	// oldestIDToken is the largest age of an ID token if the clocks agree: it comes straight from the provider. Entra
	// ID sets the issue time five minutes back.
	oldestIDToken = 10 * time.Minute
	// skewLogged is the difference from which on a warning is logged.
	skewLogged = 5 * time.Second
	// skewCredible is the largest difference that is blamed on the clocks and not on a broken token.
	skewCredible = 366 * 24 * time.Hour
)

// clockFault returns the reason for which a token's times are refused, or "". ahead is how far the token shows the
// provider's clock to be ahead of this server's: negative if it is behind, 0 if the token does not show it.
func clockFault(now time.Time, t *oidc.IDToken, c claims) (fault string, ahead time.Duration) {
	age, left := now.Sub(t.IssuedAt), t.Expiry.Sub(now)
	early := c.notBefore().Sub(now)
	switch {
	case left < -clockSkew:
		return "token_expired", left
	case early > clockSkew:
		return "token_not_before", early
	case t.IssuedAt.IsZero() || t.IssuedAt.Unix() == 0:
		return "token_issued_at", 0
	case age > oldestIDToken+clockSkew || age < -clockSkew:
		return "token_issued_at", -age
	case early > 0 || age < 0:
		return "", max(early, -age)
	case left < 0:
		return "", left
	case age > oldestIDToken:
		return "", -age
	}
	return "", 0
}

// notBefore returns the token's nbf time, or the zero time if it has none. go-oidc has checked that nbf is a number or
// absent.
func (c claims) notBefore() time.Time {
	var seconds float64
	if json.Unmarshal(c["nbf"], &seconds) != nil || math.Abs(seconds) > math.MaxInt32*1000 {
		if seconds > 0 {
			return time.Unix(math.MaxInt32*1000, 0)
		}
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// checkClock refuses a token whose times are wrong, and reports in the error and in the log how far the clocks differ.
func (i *issuer) checkClock(ctx context.Context, t *oidc.IDToken, c claims) error {
	fault, ahead := clockFault(i.discovery.calls.now(), t, c)
	credible := ahead.Abs() >= skewLogged && ahead.Abs() <= skewCredible
	if credible {
		i.discovery.calls.log.WarnContext(ctx, "this server's clock and the provider's differ: synchronise the clock by NTP",
			"issuer", i.discovery.issuer, "provider_ahead_seconds", int64(ahead.Seconds()), "refused", fault != "")
	}
	switch {
	case fault == "":
		return nil
	case credible:
		return clockSkewError(fault, ahead.Abs())
	}
	return refused(fault)
}

func clockSkewError(reason string, by time.Duration) error {
	return &problem{portal.Errorf(portal.ProviderRefused,
		"Your sign-in could not be confirmed: the portal's clock and your sign-in provider's differ by %s. "+
			"Tell your administrator to set the clock of the portal's server.", roundedDuration(by)), reason}
}

// roundedDuration returns a duration in whole days, hours or minutes.
func roundedDuration(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}
