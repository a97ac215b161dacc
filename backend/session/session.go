package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Config sets who issues sessions and how long they last. A zero duration means the default.
type Config struct {
	Issuer      string        // PORTAL_PUBLIC_URL: issuer and audience of the access tokens
	AccessTTL   time.Duration // 10 minutes, at most MaxAccessTTL
	IdleTTL     time.Duration // 14 days: the idle timeout of a session
	AbsoluteTTL time.Duration // 90 days: the absolute limit of a session
	Grace       time.Duration // 30 seconds: how long a caller without request ids may repeat a refresh
	Now         func() time.Time
}

// MaxAccessTTL is the longest lifetime of an access token, and so the longest use of a stolen retired key.
const MaxAccessTTL = time.Hour

// maxGraces is how many refreshes a session without request ids may repeat in all.
const maxGraces = 3

// Sessions issues, renews, checks and ends sessions.
type Sessions struct {
	db          *postgres.DB
	keys        *keyCache
	config      Config
	claimsRules *jwt.Validator
	verified    cache[tokenDigest, verifiedToken]
	grants      cache[tokenGrant, portal.Viewer]
}

// New checks c and returns Sessions. It does not query the database.
func New(db *postgres.DB, sealer *Sealer, c Config) (*Sessions, error) {
	if sealer == nil {
		return nil, errors.New("sessions need the secret key of PORTAL_SECRET_KEY_FILE")
	}
	if u, err := url.Parse(c.Issuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf(
			"PORTAL_PUBLIC_URL must be the public URL of the API, such as https://portal.example.com, not %q", c.Issuer)
	}
	setDefault(&c.AccessTTL, 10*time.Minute)
	setDefault(&c.IdleTTL, 14*24*time.Hour)
	setDefault(&c.AbsoluteTTL, 90*24*time.Hour)
	setDefault(&c.Grace, 30*time.Second)
	if c.AccessTTL > MaxAccessTTL {
		return nil, fmt.Errorf("access tokens are valid for at most %s, not %s", MaxAccessTTL, c.AccessTTL)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Sessions{
		db: db, keys: newKeyCache(db, sealer, c), claimsRules: claimsRules(c), config: c,
		verified: newCache[tokenDigest, verifiedToken](), grants: newCache[tokenGrant, portal.Viewer](),
	}, nil
}

func setDefault(d *time.Duration, fallback time.Duration) {
	if *d <= 0 {
		*d = fallback
	}
}

// Start starts a session for a user under the active grant they used last, or their oldest if they have used none.
// Deactivated or NoInvite if the user may have no session. The list of sessions shows the device's name.
func (s *Sessions) Start(ctx context.Context, userID, device string) (portal.Tokens, error) {
	prepared := s.Prepare(device)
	holder, err := s.db.StartSession(ctx, userID, prepared.NewSession)
	if err != nil {
		return portal.Tokens{}, err
	}
	return s.Complete(ctx, prepared, holder)
}

// Prepared is a session that the database has not started yet, for a user who may not be known yet.
type Prepared struct {
	postgres.NewSession
	refresh refreshToken
}

// Prepare returns a session that the database starts in the same round trip that finds the user. device is a DeviceName.
func (s *Sessions) Prepare(device string) Prepared {
	refresh := newRefreshToken()
	return Prepared{refresh: refresh, NewSession: postgres.NewSession{
		ID: postgres.NewID(), Device: device, TokenHash: refresh.hash(),
		Idle: s.config.IdleTTL, Absolute: s.config.AbsoluteTTL,
	}}
}

// Complete returns the tokens of a session that the database was asked to start; Deactivated or NoInvite if it refused.
func (s *Sessions) Complete(ctx context.Context, o Prepared, holder postgres.Holder) (portal.Tokens, error) {
	if holder.Problem != nil {
		return portal.Tokens{}, holder.Problem
	}
	return s.tokens(ctx, holder, o.refresh)
}

// Refresh replaces a refresh token and issues a new access token. A repeated request, the same token with the same
// request id, gets the same successor until that is used: the first response was lost. So does, within the grace, a
// caller that sends no request ids. Any other use of a used token means that two parties hold it, so the session ends
// for both: SessionRevoked.
func (s *Sessions) Refresh(ctx context.Context, grant portal.RefreshGrant) (portal.Tokens, error) {
	old, err := parseRefreshToken(grant.RefreshToken)
	if err != nil {
		return portal.Tokens{}, err
	}
	next := newRefreshToken()
	state, err := s.db.RotateToken(ctx, postgres.Rotation{
		Old: old.hash(), New: next.hash(), SuccessorSealed: old.sealSuccessor(next), Request: requestHash(grant.RequestID),
		Idle: s.config.IdleTTL, Grace: s.config.Grace, Graces: maxGraces,
	})
	if err != nil {
		return portal.Tokens{}, err
	}
	if next, err = s.successor(ctx, state, old, next); err != nil {
		return portal.Tokens{}, err
	}
	return s.tokens(ctx, state.Holder, next)
}

// successor returns the token that the holder of old gets next.
func (s *Sessions) successor(ctx context.Context, state postgres.TokenState, old, next refreshToken) (refreshToken, error) {
	switch {
	case state.Holder.Problem != nil:
		return refreshToken{}, state.Holder.Problem
	case !state.Live:
		return refreshToken{}, portal.SessionEnded(state.RevokedReason)
	case state.Rotated:
		return next, nil
	case !state.Used:
		return refreshToken{}, portal.Errorf(portal.Unavailable, "The session was changed by another request. Try again.")
	case (state.Repeated || state.Graced) && state.Successor != nil:
		return old.openSuccessor(state.Successor)
	}
	if err := s.db.EndSession(ctx, state.SessionID, state.UserID, state.MSSPID, portal.EndedReuse); err != nil {
		return refreshToken{}, err
	}
	return refreshToken{}, portal.SessionEnded(portal.EndedReuse)
}

func (s *Sessions) tokens(ctx context.Context, holder postgres.Holder, refresh refreshToken) (portal.Tokens, error) {
	access, err := s.issue(ctx, holder.Viewer)
	if err != nil {
		return portal.Tokens{}, err
	}
	return portal.Tokens{
		AccessToken: access, TokenType: "Bearer", ExpiresIn: int(s.config.AccessTTL.Seconds()),
		RefreshToken: refresh.String(), User: holder.User,
	}, nil
}

// VerifyAs is Verify for a viewer who uses another of their own grants, found by WithGrant. It queries the database
// once for each token and grant. The viewer's first query checks that the grant has not changed since, as it does for
// the token's own.
func (s *Sessions) VerifyAs(ctx context.Context, accessToken, grantID string) (portal.Viewer, error) {
	viewer, err := s.Verify(ctx, accessToken)
	if err != nil || grantID == viewer.GrantID {
		return viewer, err
	}
	key := tokenGrant{sha256.Sum256([]byte(accessToken)), grantID}
	if known, ok := s.grants.get(key); ok {
		return known, nil
	}
	if viewer, err = s.WithGrant(ctx, viewer, grantID); err == nil {
		s.grants.put(key, viewer)
	}
	return viewer, err
}

// WithGrant returns the viewer under another of their own grants; NotFound for any other grant.
func (s *Sessions) WithGrant(ctx context.Context, v portal.Viewer, grantID string) (portal.Viewer, error) {
	if grantID == v.GrantID {
		return v, nil
	}
	grant, err := s.db.UserGrant(ctx, v.UserID, v.SessionID, grantID)
	if err != nil {
		return portal.Viewer{}, err
	}
	v.GrantID, v.Role, v.Scope = grant.ID, grant.Role, grant.Scope
	return v, nil
}

// End signs the viewer out: the refresh and access tokens of the session are refused from now on.
func (s *Sessions) End(ctx context.Context, v portal.Viewer) error {
	return s.db.EndSession(ctx, v.SessionID, v.UserID, v.Scope.MSSPID, portal.EndedSignOut)
}

// RotateKeys creates a signing key, which is published now and signs two minutes later, when every replica has loaded
// it. Tokens that the previous key signed stay valid until they expire; no session ends.
func (s *Sessions) RotateKeys(ctx context.Context) (kid string, err error) { return s.keys.rotate(ctx) }

// JWKS returns the public signing keys: the current one, the next one, and recently retired ones whose tokens may still
// be valid.
func (s *Sessions) JWKS(ctx context.Context) (KeySet, error) {
	if _, err := s.keys.signing(ctx); err != nil {
		return KeySet{}, err
	}
	set, err := s.keys.get(ctx)
	if err != nil {
		return KeySet{}, err
	}
	return set.jwks, nil
}

// CheckSecret returns an error unless the secret key is the one this database was sealed with. Any key is accepted for
// a database without signing keys.
func (s *Sessions) CheckSecret(ctx context.Context) error {
	_, err := s.keys.load(ctx)
	return err
}

const maxDeviceName = 100

// DeviceName returns a User-Agent without control characters, shortened to 100 characters: what logs, the database and a
// list can hold.
func DeviceName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return -1
		}
		return r
	}, name)
	if runes := []rune(clean); len(runes) > maxDeviceName {
		clean = string(runes[:maxDeviceName])
	}
	return clean
}
