package portal

import "time"

// ProviderID names a configured identity provider.
type ProviderID string

const (
	Google ProviderID = "google"
	Entra  ProviderID = "entra"
)

// ProviderIDs are the values of ProviderID.
var ProviderIDs = []ProviderID{Google, Entra}

// Provider is an identity provider with which the API can sign users in.
type Provider struct {
	ID   ProviderID `json:"id" enum:"google,entra"`
	Name string     `json:"name"`
	Kind string     `json:"kind" doc:"Always oidc."`
}

// NewAttempt asks for a sign-in attempt.
type NewAttempt struct {
	Provider      ProviderID `json:"provider" enum:"google,entra"`
	RedirectURI   string     `json:"redirect_uri" maxLength:"200" doc:"Loopback http, any port, path /callback/{provider}."`
	CodeChallenge string     `json:"code_challenge" minLength:"43" maxLength:"43" pattern:"^[A-Za-z0-9_-]+$" doc:"S256 (RFC 7636)."`
}

// Attempt has what the desktop needs for the authorization URL. It can be used once, for ten minutes.
type Attempt struct {
	ID                    string `json:"attempt_id"`
	Nonce                 string `json:"nonce"`
	ClientID              string `json:"client_id"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	// Issuer is what an iss parameter in the redirect must equal (RFC 9207).
	Issuer string `json:"issuer"`
	// IssuerPromised: a redirect without iss is not from the provider.
	IssuerPromised bool      `json:"issuer_promised" doc:"Whether the provider states that it always sends iss (RFC 9207)."`
	Scopes         []string  `json:"scopes" nullable:"false"`
	ExpiresAt      time.Time `json:"expires_at" ts_type:"string"`
}

// CodeGrant redeems an authorization code for a portal session.
type CodeGrant struct {
	AttemptID    string   `json:"attempt_id" format:"uuid"`
	Code         string   `json:"code" minLength:"1" maxLength:"4096"`
	CodeVerifier string   `json:"code_verifier" minLength:"43" maxLength:"128" pattern:"^[A-Za-z0-9._~-]+$"`
	InviteCode   string   `json:"invite_code,omitempty" maxLength:"200" doc:"Of the invite to claim; a code that claims nothing is refused."`
	InviteIDs    []string `json:"invite_ids,omitempty" maxItems:"100" doc:"The chosen invites of an invite_choice response."`
}

// RefreshGrant redeems a refresh token for the next one.
type RefreshGrant struct {
	RefreshToken string `json:"refresh_token" minLength:"1" maxLength:"128"`
	// RequestID is the client's id of this refresh; the client keeps it until it has the successor.
	RequestID string `json:"request_id,omitempty" minLength:"22" maxLength:"64" pattern:"^[A-Za-z0-9+/=_-]+$" doc:"At least 128 random bits."`
}

// RefreshRequestHeader carries the request id of a refresh where the body may not: a server from before request ids
// refuses a body that has one, and ignores the header.
const RefreshRequestHeader = "Portal-Refresh-Request"

// Tokens is a portal session as the desktop receives it.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type" doc:"Always Bearer."`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds until the access token expires."`
	RefreshToken string `json:"refresh_token"`
	User         User   `json:"user"`
}

// OwnSession is one of the caller's sessions: the app on one device.
type OwnSession struct {
	ID         string    `json:"id"`
	Device     string    `json:"device" doc:"The platform that the app reported; may be empty."`
	CreatedAt  time.Time `json:"created_at" ts_type:"string"`
	LastUsedAt time.Time `json:"last_used_at" ts_type:"string" doc:"When its tokens were last renewed."`
	ExpiresAt  time.Time `json:"expires_at" ts_type:"string" doc:"When it ends unless it is used before."`
	Current    bool      `json:"current" doc:"The session of this request."`
}

// OwnSessions are the caller's sessions that have not ended, the current one first.
type OwnSessions struct {
	Items []OwnSession `json:"items" nullable:"false"`
}

// APIHeader is set to APIVersion on every response of the API. A response of a gateway or proxy does not have it: a
// client must not end a session because of such a response.
const (
	APIHeader  = "Portal-Api"
	APIVersion = "1"
)

const (
	// ClockSkew is how far two clocks may differ before the API refuses one of its access tokens.
	ClockSkew = 30 * time.Second
	// ProviderClockSkew is how far the clock of a sign-in provider may differ before its tokens are refused.
	ProviderClockSkew = 5 * time.Minute
)
