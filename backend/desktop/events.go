package desktop

import (
	"time"

	"fs-client-portal/backend/portal"
)

// Events for the screens, with the payload of each.
const (
	EventSignInWaiting    = "signin:waiting"
	EventSignInExchanging = "signin:exchanging"
	EventSessionEnded     = "session:ended"
	EventSessionOnly      = "session:only"
	EventWaiting          = "waiting"
	EventRoleChanged      = "role:changed"
	EventSyncRun          = "sync:run"
	EventNetworkChanged   = "network:changed"
	EventWindowHistory    = "window:history"
	EventExportProgress   = "export:progress"
	EventLinkOpened       = "link:opened"
)

// SignInWaiting is sent when the browser was opened. URL is a link on this computer that leads to the provider and
// works once; after its use the event is sent again with the next one. BrowserProblem is set if the browser could not
// be opened.
type SignInWaiting struct {
	Provider       portal.ProviderID `json:"provider"`
	URL            string            `json:"url"`
	ExpiresAt      time.Time         `json:"expires_at"`
	BrowserProblem string            `json:"browser_problem"`
}

// SignInExchanging is sent when the provider has responded and the API redeems the code.
type SignInExchanging struct {
	Provider portal.ProviderID `json:"provider"`
}

// SessionEnded tells the user why the session has ended.
type SessionEnded struct {
	Code    portal.Code `json:"code"`
	Message string      `json:"message"`
}

// RoleChanged is sent when the API has changed the user's role: Me returns the new one.
type RoleChanged struct{}

// NetworkChanged is sent when the computer has another network or has slept: addresses that were unreachable may be
// reachable again.
type NetworkChanged struct{}

// LinkOpened is sent when the user has opened a link while the app runs: TakeLink returns it.
type LinkOpened struct{}

// WindowHistory is sent when a side button of the mouse was pressed. Way is "back" or "forward".
type WindowHistory struct {
	Way string `json:"way"`
}

// SessionOnly tells the user why the session ends with the app, once for each cause. An empty one withdraws it: the
// keyring holds the session after all.
type SessionOnly struct {
	Message string `json:"message"`
	Cause   string `json:"cause"`
}

// Waiting is sent when a call waits because the portal asked for it; it continues after Seconds. What is "limit" for a
// rate limit and "unavailable" if the portal could not serve the call.
type Waiting struct {
	Seconds int    `json:"seconds"`
	What    string `json:"what"`
}

// SyncRun is the state of a watched run. The last one has the final state.
type SyncRun struct {
	Run portal.SyncRun `json:"run"`
}

// ExportProgress is sent while an export is received. Rows is 0 for a format whose rows cannot be counted before its
// end.
type ExportProgress struct {
	Rows  int64 `json:"rows"`
	Total int64 `json:"total"`
	Bytes int64 `json:"bytes"`
}
