package desktop

import (
	"time"

	"fs-client-portal/backend/portal"
)

// Events a screen may listen to, with what each carries.
const (
	EventSignInWaiting    = "signin:waiting"
	EventSignInExchanging = "signin:exchanging"
	EventSessionEnded     = "session:ended"
	EventSessionOnly      = "session:only"
	EventWaiting          = "waiting"
	EventRoleChanged      = "role:changed"
	EventSyncRun          = "sync:run"
	EventNetworkChanged   = "network:changed"
)

// SignInWaiting says that the browser has the word. URL is a link on this computer that leads to the provider
// and works once; when it was used the event comes again with the next one. BrowserProblem is empty unless the
// browser could not be opened.
type SignInWaiting struct {
	Provider       portal.ProviderID `json:"provider"`
	URL            string            `json:"url"`
	ExpiresAt      time.Time         `json:"expires_at"`
	BrowserProblem string            `json:"browser_problem"`
}

// SignInExchanging says that the browser came back and the API is being asked.
type SignInExchanging struct {
	Provider portal.ProviderID `json:"provider"`
}

// SessionEnded says why nobody is signed in any more.
type SessionEnded struct {
	Code    portal.Code `json:"code"`
	Message string      `json:"message"`
}

// RoleChanged says that the API no longer takes the user for what they were: ask Me what they are now.
type RoleChanged struct{}

// NetworkChanged says that the computer has another network, or has slept: what could not be reached may be now.
type NetworkChanged struct{}

// SessionOnly says why the session ends with the app, once for each cause. An empty one takes that back: the keyring
// holds the session after all.
type SessionOnly struct {
	Message string `json:"message"`
	Cause   string `json:"cause"`
}

// Waiting says that a call waits because the portal asked for it, and goes on by itself after so many seconds.
// What is "limit" where too much was asked, "unavailable" where the portal could not do its work.
type Waiting struct {
	Seconds int    `json:"seconds"`
	What    string `json:"what"`
}

// SyncRun says how a watched run stands. The last one of a run tells how it ended.
type SyncRun struct {
	Run portal.SyncRun `json:"run"`
}
