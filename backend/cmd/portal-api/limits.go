package main

import (
	"fmt"
	"time"

	"fs-client-portal/backend/session"
)

// sessionLimits are the lifetimes of sessions and tokens.
type sessionLimits struct {
	SessionIdle     time.Duration `env:"PORTAL_SESSION_IDLE" default:"336h" help:"Idle timeout of sessions."`
	SessionLifetime time.Duration `env:"PORTAL_SESSION_LIFETIME" default:"2160h" help:"${session_lifetime}"`
	RefreshGrace    time.Duration `env:"PORTAL_REFRESH_GRACE" default:"30s" help:"${refresh_grace}"`
	AccessTTL       time.Duration `name:"access-ttl" env:"PORTAL_ACCESS_TTL" default:"10m" help:"Lifetime of access tokens."`
}

const (
	minIdle     = 30 * time.Minute
	maxLifetime = 366 * 24 * time.Hour
	maxGrace    = time.Minute
	minAccess   = time.Minute
)

func (l sessionLimits) checkLimits() error {
	switch {
	case l.AccessTTL < minAccess || l.AccessTTL > session.MaxAccessTTL:
		return settingError{"PORTAL_ACCESS_TTL", "should be a duration from 1m to 1h, such as 10m"}
	case l.RefreshGrace < time.Second || l.RefreshGrace > maxGrace:
		return settingError{"PORTAL_REFRESH_GRACE", "should be a duration from 1s to 60s, such as 30s"}
	case l.SessionLifetime < minIdle || l.SessionLifetime > maxLifetime:
		return settingError{"PORTAL_SESSION_LIFETIME", "should be a duration from 30m to 8784h (a year), such as 2160h"}
	case l.SessionIdle < minIdle || l.SessionIdle > l.SessionLifetime:
		return settingError{"PORTAL_SESSION_IDLE",
			fmt.Sprintf("should be a duration from 30m to PORTAL_SESSION_LIFETIME, which is %s", l.SessionLifetime)}
	case l.SessionIdle < 2*l.AccessTTL:
		// A session counts as used when its access token is renewed. With a shorter idle timeout it would end while in
		// use.
		return settingError{"PORTAL_SESSION_IDLE", fmt.Sprintf("should be at least twice PORTAL_ACCESS_TTL, which is %s", l.AccessTTL)}
	}
	return nil
}

func (l sessionLimits) config(issuer string) session.Config {
	return session.Config{
		Issuer: issuer, AccessTTL: l.AccessTTL, IdleTTL: l.SessionIdle, AbsoluteTTL: l.SessionLifetime, Grace: l.RefreshGrace,
	}
}
