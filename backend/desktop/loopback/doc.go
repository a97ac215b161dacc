// Package loopback receives the browser at the end of a sign-in: it opens a port on this computer's loopback address,
// sends the browser to the identity provider, accepts the provider's callback and shows how the sign-in ended.
// It knows neither the portal's API nor the session: the caller redeems the code.
//
//	Listen ─► RedirectURI, State ─► Start ─► NewLink ─► Responses ─► Conclude ─► Close
//	          for the attempt       serve    browser    callback     last page   within a second
package loopback
