package main

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"fs-client-portal/backend/desktop"
	"fs-client-portal/backend/desktop/sidebuttons"
	"fs-client-portal/backend/desktop/webview"
	"fs-client-portal/backend/portal"
)

// App has every method that the screens may call. Each only calls backend/desktop; none returns a token.
type App struct {
	// ctx ends with the app.
	ctx     context.Context
	stop    context.CancelFunc
	desktop *desktop.Desktop
	// window is Wails' handle of the window, valid once opened is closed.
	window context.Context
	opened chan struct{}
	// drawn reports whether the page has loaded.
	drawn atomic.Bool
}

func newApp(o desktop.Options) *App {
	ctx, stop := context.WithCancel(context.Background())
	a := &App{ctx: ctx, stop: stop, opened: make(chan struct{})}
	o.Emit = func(event string, payload any) { runtime.EventsEmit(a.handle(), event, payload) }
	o.Raise = a.raise
	o.ChooseFile = func(name string) (string, error) {
		return runtime.SaveFileDialog(a.handle(), runtime.SaveDialogOptions{Title: "Save", DefaultFilename: name})
	}
	a.desktop = desktop.New(o)
	return a
}

// handle waits for the window, because the page may call before Wails reports that the window is open.
func (a *App) handle() context.Context {
	<-a.opened
	return a.window
}

func (a *App) open(window context.Context) {
	a.window = window
	close(a.opened)
	sidebuttons.Watch(func(way string) {
		runtime.EventsEmit(window, desktop.EventWindowHistory, desktop.WindowHistory{Way: way})
	})
	go a.desktop.WatchStart(desktop.Page{Loaded: a.drawn.Load, Ping: a.ping, Running: webview.Running, Show: tell})
}

// tell shows a notice in the system's own dialog.
func tell(n desktop.Notice) error {
	_, err := n.ShowNative()
	return err
}

func (a *App) raise() {
	runtime.WindowUnminimise(a.handle())
	runtime.WindowShow(a.handle())
}

// prove shows the window and returns once its page has replied; a page that hangs does not reply.
func (a *App) prove(ctx context.Context) error {
	go a.raise()
	return a.desktop.Prove(ctx, a.ping)
}

// ping sends the page a token, which it returns by Alive.
func (a *App) ping(token string) {
	runtime.WindowExecJS(a.handle(), "window.go.main.App.Alive("+strconv.Quote(token)+")")
}

func (a *App) raiseFor(second options.SecondInstanceData) {
	a.raise()
	a.desktop.OpenLink(desktop.LinkArgument(second.Args))
}

// fit shrinks a window that is larger than its screen. It must not block: the goroutine that calls it also reports that
// the window closes.
func (a *App) fit(window context.Context) {
	a.drawn.Store(true)
	go fitScreen(window)
}

func fitScreen(window context.Context) {
	screens, err := runtime.ScreenGetAll(window)
	if err != nil || runtime.WindowIsMaximised(window) {
		return
	}
	for _, screen := range screens {
		width, height := runtime.WindowGetSize(window)
		if screen.IsCurrent && (width > screen.Size.Width || height > screen.Size.Height) {
			runtime.WindowSetSize(window, min(width, screen.Size.Width), min(height, screen.Size.Height))
			runtime.WindowCenter(window)
		}
	}
}

// remember saves the window's size for the next start; it never prevents the closing.
func (a *App) remember(window context.Context) (prevent bool) {
	a.desktop.Leave(func() desktop.Window {
		w := desktop.Window{Maximised: runtime.WindowIsMaximised(window)}
		w.Width, w.Height = runtime.WindowGetSize(window)
		return w
	})
	return false
}

func (a *App) close(context.Context) {
	a.stop()
	a.desktop.Close()
}

// Alive is the page's reply to a later start that asks whether the window responds.
func (a *App) Alive(token string) { a.desktop.Alive(token) }

// Startup returns everything that the first screen needs, without using the network.
func (a *App) Startup() (desktop.Startup, error) { return a.desktop.Startup(a.ctx), nil }

// OpenManagedBy opens the page of those who manage this computer in the browser.
func (a *App) OpenManagedBy() error { return a.desktop.OpenManagedBy() }

// Appearance returns how the user wants the app to look.
func (a *App) Appearance() (desktop.Appearance, error) { return a.desktop.Appearance(), nil }

// SetAppearance stores it for the next start.
func (a *App) SetAppearance(to desktop.Appearance) error { return a.desktop.SetAppearance(to) }

// Places returns where a user was under a grant.
func (a *App) Places(userID, grantID string) (desktop.Places, error) {
	return a.desktop.Places(userID, grantID), nil
}

// SetPlaces stores where a user is under a grant.
func (a *App) SetPlaces(userID, grantID string, p desktop.Places) error {
	return a.desktop.SetPlaces(userID, grantID, p)
}

// SetAPIURL stores the user's choice of the API: https, or http on loopback.
func (a *App) SetAPIURL(url string) error { return a.desktop.SetAPIURL(url) }

// Providers returns the identity providers of the API that policy allows.
func (a *App) Providers() ([]portal.Provider, error) { return a.desktop.Providers(a.ctx) }

// Resume restores the session in the keyring without a sign-in; code signed_out where there is none.
func (a *App) Resume() (portal.Me, error) { return a.desktop.Resume(a.ctx) }

// SignIn opens the system browser and resolves when the user is signed in. Concurrent calls share one sign-in; a later
// call cancels it and starts a new one.
func (a *App) SignIn(provider string) (portal.Me, error) { return a.desktop.SignIn(a.ctx, provider) }

// SubmitInviteCode finishes a sign-in that failed with invite_code_required.
func (a *App) SubmitInviteCode(code string) (portal.Me, error) {
	return a.desktop.SubmitInviteCode(a.ctx, code)
}

// ChooseInvites finishes a sign-in that failed with invite_choice.
func (a *App) ChooseInvites(ids []string) (portal.Me, error) {
	return a.desktop.ChooseInvites(a.ctx, ids)
}

// ClaimInvite gives the user, who is signed in, the role of a further invite.
func (a *App) ClaimInvite(code string) (portal.Grant, error) {
	return a.desktop.ClaimInvite(a.ctx, code)
}

// CancelSignIn ends a waiting sign-in; without one it does nothing.
func (a *App) CancelSignIn() error { return a.desktop.CancelSignIn() }

// OpenSignInPage opens the browser again for the waiting sign-in.
func (a *App) OpenSignInPage() error { return a.desktop.OpenSignInPage() }

// SignOut ends the session on the server and empties the keyring.
func (a *App) SignOut() error { return a.desktop.SignOut(a.ctx) }

// UseGrant makes every further call act under another of the user's own grants.
func (a *App) UseGrant(id string) (portal.Me, error) { return a.desktop.UseGrant(a.ctx, id) }

// Me returns the signed-in user.
func (a *App) Me() (portal.Me, error) { return a.desktop.Me(a.ctx) }

// Overview returns the figures of the first screen.
func (a *App) Overview() (portal.Overview, error) { return a.desktop.Overview(a.ctx) }

// MSPs returns one page of MSPs.
func (a *App) MSPs(q portal.MSPQuery) (portal.MSPPage, error) { return a.desktop.MSPs(a.ctx, q) }

// MSP returns one MSP with its history.
func (a *App) MSP(id string) (portal.MSPDetail, error) { return a.desktop.MSP(a.ctx, id) }

// MSPFacets returns the values by which the MSPs in the scope can be filtered.
func (a *App) MSPFacets(query portal.MSPFacetQuery) (portal.Facets, error) {
	return a.desktop.MSPFacets(a.ctx, query)
}

// Clients returns one page of clients.
func (a *App) Clients(q portal.ClientQuery) (portal.ClientPage, error) {
	return a.desktop.Clients(a.ctx, q)
}

// Client returns one client with its history.
func (a *App) Client(id string) (portal.ClientDetail, error) { return a.desktop.Client(a.ctx, id) }

// OpenDashboard opens the dashboard of the product of an MSP or client in the browser.
func (a *App) OpenDashboard(kind portal.CustomerKind, id string) error {
	return a.desktop.OpenDashboard(a.ctx, kind, id)
}

// ClientFacets returns the values by which the clients in the scope can be filtered.
func (a *App) ClientFacets(query portal.ClientFacetQuery) (portal.Facets, error) {
	return a.desktop.ClientFacets(a.ctx, query)
}

// Search returns the best matches of a text over MSPs, clients and users.
func (a *App) Search(q portal.SearchQuery) (portal.SearchResult, error) {
	return a.desktop.Search(a.ctx, q)
}

// Changes returns one page of the changes in the scope.
func (a *App) Changes(q portal.ChangeQuery) (portal.ChangePage, error) {
	return a.desktop.Changes(a.ctx, q)
}

// VisitChanges saves which changes the user has seen.
func (a *App) VisitChanges(visit portal.ChangeVisit) error {
	return a.desktop.VisitChanges(a.ctx, visit)
}

// Views returns the saved views of a list, or of all.
func (a *App) Views(q portal.ViewQuery) (portal.Views, error) { return a.desktop.Views(a.ctx, q) }

// CreateView saves a view of a list.
func (a *App) CreateView(n portal.NewView) (portal.View, error) {
	return a.desktop.CreateView(a.ctx, n)
}

// ChangeView changes a view.
func (a *App) ChangeView(id string, c portal.ViewChange) (portal.View, error) {
	return a.desktop.ChangeView(a.ctx, id, c)
}

// DeleteView deletes a view.
func (a *App) DeleteView(id string) error { return a.desktop.DeleteView(a.ctx, id) }

// Favourites returns the MSPs and clients that the user has marked.
func (a *App) Favourites() (portal.Favourites, error) { return a.desktop.Favourites(a.ctx) }

// SetFavourite marks an MSP or client, or removes the mark.
func (a *App) SetFavourite(kind portal.CustomerKind, id string, on bool) error {
	return a.desktop.SetFavourite(a.ctx, kind, id, on)
}

// SnoozedAttention returns everything that the users of the same MSSP or MSP have snoozed.
func (a *App) SnoozedAttention() (portal.SnoozedAttention, error) {
	return a.desktop.SnoozedAttention(a.ctx)
}

// SnoozeAttention leaves what needs attention out of the overview until a time.
func (a *App) SnoozeAttention(kind, id string, snooze portal.NewSnooze) error {
	return a.desktop.SnoozeAttention(a.ctx, kind, id, snooze)
}

// EndSnooze shows what was snoozed again.
func (a *App) EndSnooze(kind, id string) error { return a.desktop.EndSnooze(a.ctx, kind, id) }

// SetAttentionHandler says who handles what needs attention.
func (a *App) SetAttentionHandler(kind, id string, handler portal.NewHandler) error {
	return a.desktop.SetAttentionHandler(a.ctx, kind, id, handler)
}

// RemoveAttentionHandler says that nobody handles it any more.
func (a *App) RemoveAttentionHandler(kind, id string) error {
	return a.desktop.RemoveAttentionHandler(a.ctx, kind, id)
}

// Recents returns the MSPs and clients that the user has opened last.
func (a *App) Recents() (portal.Recents, error) { return a.desktop.Recents(a.ctx) }

// SaveRecent saves that the user has opened an MSP or client.
func (a *App) SaveRecent(kind portal.CustomerKind, id string) error {
	return a.desktop.SaveRecent(a.ctx, kind, id)
}

// ExportClients saves the clients that match a query to a file that the user chooses; asOf is the age of the data on the
// screen. The event export:progress reports how far it is.
func (a *App) ExportClients(q portal.ClientExport, asOf string) (desktop.Exported, error) {
	return a.desktop.ExportClients(a.ctx, q, asOf)
}

// ExportMSPs saves MSPs as ExportClients saves clients.
func (a *App) ExportMSPs(q portal.MSPExport, asOf string) (desktop.Exported, error) {
	return a.desktop.ExportMSPs(a.ctx, q, asOf)
}

// SaveDiagnostics saves a zip for support, without names, addresses and tokens, to a file that the user chooses.
func (a *App) SaveDiagnostics() (desktop.SavedDiagnostics, error) {
	return a.desktop.SaveDiagnostics(a.ctx)
}

// CancelExport ends the running export and removes its file; without one it does nothing.
func (a *App) CancelExport() error { return a.desktop.CancelExport() }

// Invites returns one page of invites.
func (a *App) Invites(q portal.InviteQuery) (portal.InvitePage, error) {
	return a.desktop.Invites(a.ctx, q)
}

// CreateInvite creates an invite; only this result holds its code.
func (a *App) CreateInvite(n portal.NewInvite) (portal.CreatedInvite, error) {
	return a.desktop.CreateInvite(a.ctx, n)
}

// RevokeInvite ends an open invite.
func (a *App) RevokeInvite(id string) error { return a.desktop.RevokeInvite(a.ctx, id) }

// ResendInvite gives an open invite a new code, which only this result holds, and a new expiry.
func (a *App) ResendInvite(id string) (portal.CreatedInvite, error) {
	return a.desktop.ResendInvite(a.ctx, id)
}

// Users returns one page of the users with a grant inside the scope.
func (a *App) Users(q portal.UserQuery) (portal.UserPage, error) { return a.desktop.Users(a.ctx, q) }

// User returns one user inside the scope.
func (a *App) User(id string) (portal.UserItem, error) { return a.desktop.User(a.ctx, id) }

// ChangeUser changes the access of a user inside the scope.
func (a *App) ChangeUser(id string, c portal.UserChange) (portal.UserItem, error) {
	return a.desktop.ChangeUser(a.ctx, id, c)
}

// SignOutUser ends every session of a user inside the scope.
func (a *App) SignOutUser(id string) error { return a.desktop.SignOutUser(a.ctx, id) }

// Sessions returns the user's own sessions.
func (a *App) Sessions() (portal.OwnSessions, error) { return a.desktop.Sessions(a.ctx) }

// EndSession ends one of the user's own sessions.
func (a *App) EndSession(id string) error { return a.desktop.EndSession(a.ctx, id) }

// Syncs returns one page of sync runs.
func (a *App) Syncs(q portal.SyncQuery) (portal.SyncPage, error) { return a.desktop.Syncs(a.ctx, q) }

// StartSync starts a sync of a connection, "" for the one that has waited longest; code sync_running while one runs,
// conflict while that connection is paused.
func (a *App) StartSync(connectionID string) (portal.SyncRun, error) {
	return a.desktop.StartSync(a.ctx, connectionID)
}

// Sync returns one sync run.
func (a *App) Sync(id string) (portal.SyncRun, error) { return a.desktop.Sync(a.ctx, id) }

// SyncReview returns one page of the customers that a run in review would change.
func (a *App) SyncReview(id string, q portal.ReviewQuery) (portal.Review, error) {
	return a.desktop.SyncReview(a.ctx, id, q)
}

// SyncReviewTotals returns how many customers of each MSP a run in review would change, and how.
func (a *App) SyncReviewTotals(id string) (portal.ReviewTotals, error) {
	return a.desktop.SyncReviewTotals(a.ctx, id)
}

// AcceptSync lets a run in review continue; code conflict when it is not in review.
func (a *App) AcceptSync(id string) (portal.SyncRun, error) { return a.desktop.AcceptSync(a.ctx, id) }

// DiscardSync ends a run in review without changing anything; code conflict when it is not in review.
func (a *App) DiscardSync(id string) (portal.SyncRun, error) { return a.desktop.DiscardSync(a.ctx, id) }

// WatchSync sends the event sync:run with the state of a run, at once and after each change, until the run ends.
func (a *App) WatchSync(id string) error { return a.desktop.WatchSync(a.ctx, id) }

// UnwatchSync ends a WatchSync; without one it does nothing.
func (a *App) UnwatchSync(id string) error { return a.desktop.UnwatchSync(id) }

// Connections returns the connections to products, and the products.
func (a *App) Connections() (portal.Connections, error) { return a.desktop.Connections(a.ctx) }

// TestConnection reports whether a product accepts a new connection, or a saved one (id) as it is or changed.
func (a *App) TestConnection(t portal.ConnectionTrial) (portal.ConnectionTest, error) {
	return a.desktop.TestConnection(a.ctx, t)
}

// CreateConnection saves a connection that the product accepts, and queues its first run; code product_refused if not.
func (a *App) CreateConnection(n portal.NewConnection) (portal.ConnectionItem, error) {
	return a.desktop.CreateConnection(a.ctx, n)
}

// ChangeConnection changes, pauses or resumes a connection; code product_refused where the product does not accept it.
func (a *App) ChangeConnection(id string, c portal.ConnectionChange) (portal.ConnectionItem, error) {
	return a.desktop.ChangeConnection(a.ctx, id, c)
}

// Organisation returns the MSSP and what can be set for it.
func (a *App) Organisation() (portal.Organisation, error) { return a.desktop.Organisation(a.ctx) }

// ChangeOrganisation changes the MSSP; code invalid for a time zone that is not known.
func (a *App) ChangeOrganisation(c portal.OrganisationChange) (portal.Organisation, error) {
	return a.desktop.ChangeOrganisation(a.ctx, c)
}

// FieldMap returns which path of a connection's JSON fills which field, as of its last run.
func (a *App) FieldMap(connectionID string) (portal.FieldMap, error) {
	return a.desktop.FieldMap(a.ctx, connectionID)
}

// ChangeFieldMap changes which paths fill which fields from the next run on, which is queued.
func (a *App) ChangeFieldMap(connectionID string, c portal.FieldMapChange) (portal.FieldMap, error) {
	return a.desktop.ChangeFieldMap(a.ctx, connectionID, c)
}

// PreviewFieldMap returns what a change of the field map would do to ten customers.
func (a *App) PreviewFieldMap(connectionID string, c portal.FieldMapChange) (portal.FieldMapPreview, error) {
	return a.desktop.PreviewFieldMap(a.ctx, connectionID, c)
}

// SeeFieldMap marks the field map of a run as seen, so that it no longer needs attention.
func (a *App) SeeFieldMap(connectionID, runID string) error {
	return a.desktop.SeeFieldMap(a.ctx, connectionID, runID)
}

// TakeLink returns the link that was opened last, once. It keeps the link until a user is signed in.
func (a *App) TakeLink(signedIn bool) (desktop.OpenedLink, error) {
	return a.desktop.TakeLink(signedIn), nil
}

// CopyText puts text on the clipboard.
func (a *App) CopyText(text string) error {
	if err := desktop.CheckClipboardText(text); err != nil {
		return err
	}
	return runtime.ClipboardSetText(a.handle(), text)
}
