// Package session issues, renews, checks and ends the portal's own sessions.
//
//	sign-in ──► Start ──► access token (JWT, 10 minutes) + refresh token (opaque)
//	                                │                            │
//	 every request: Verify ◄────────┘                            └───► Refresh, each token once:
//	 our signature, no database                                         T1 ──► T2 ──► T3 ──► …   one family = one session
//	        │                                                            └─ again within 30 s, T2 unused: T2 once more
//	        ▼                                                            └─ again otherwise: two hold it, the family ends
//	 postgres.As(viewer): do session, user and
//	 grant still stand? in the query's own round trip
//
// # Why two tokens
//
// The access token names the viewer without a query, but what it says may be ten minutes old. So nothing is read or
// written on its word alone: the first statement of every query checks that its session has not ended, its user is
// active and its grant is as the token says. Sign-out, deactivation and role changes therefore hold from the next request on,
// on every replica, at no further round trip.
//
// # Why tokens are replaced
//
// A desktop cannot prove that a refresh token has not been copied. Using each once makes a copy show itself: whoever
// comes second finds the token used, and the session ends for thief and owner alike. An answer can get lost on
// the way, though, and then an honest client comes twice. Within the grace it gets the same successor again, as long as
// nobody has used that; so the clients that raced share one line of tokens, and an older token never gets anything.
//
// # What the database gives away
//
// Refresh tokens are kept as SHA-256 hashes of 256 random bits. The successor kept for the grace is sealed with a key
// derived (HKDF) from the token it replaces, which the database does not have. Private signing keys are sealed
// with the key of PORTAL_SECRET_KEY_FILE, bound to their key id, and destroyed when they retire. So a stolen dump can
// neither sign a token nor continue a session.
//
// # Signing keys
//
// ES256; the key id is the RFC 7638 thumbprint. Exactly one key signs: the newest. Of replicas that make the first or
// next one at once, one gets the generation's number and the others take its key. A retired key's tokens stay good for
// their ten minutes, and its public half is published until then. Our verifier takes ES256 with our type, our
// issuer and audience and an expiry; of the header it heeds only the key id, and refuses one that says more.
package session
