// Package desktop is what runs on the user's computer: signing in, the keyring, calls to the API, IT's policy.
// Nothing it answers to a screen holds a token, an authorization code or a PKCE verifier.
//
// # Keyring and sessions
//
// An access token lives in memory only, for its ten minutes. What outlives the app is one entry of the keyring: the
// refresh token, whose it is, and of which API. Nothing of it is ever written to a file.
//
//	renew: lock file ─► keyring read again ─► POST /v1/auth/refresh ─► keyring written ─► in use
//	       (one process     (another may        (again if the answer     (or: for this run
//	        at a time)       have renewed)       got lost, ≤ 20 s)        only, and told so)
//
// Every process of a user renews for itself, because access tokens are shared by nobody; the lock file lets them take
// turns, and the system lets go of it when its holder dies. A process that dies between the API's commit and the
// keyring leaves a spent token there: within the API's grace it is answered with the same successor, after it the
// session is ended for safety and the user is told that.
//
// A keyring may fail in between, and what it holds may then be a token that was spent. Sent again, that token would
// look stolen. So a file beside the lock says which sign-in is this computer's newest, how often it was renewed and
// whether it is over: random numbers, good for nothing else. An entry older than that is not used.
//
// A keyring may also wait for its password for ever. It is given thirty seconds, and no second call while one hangs.
// If that one ends after all, the keyring is brought in step with what has happened since. Who dismissed the prompt
// is left alone for an hour.
//
// Without a usable keyring the session lasts for this run, and session:only says why; where policy forbids that,
// signing in is refused before the browser opens, or if keeping it fails only then, ended on the server again.
//
// Signing out empties the keyring whatever the network does. Where the portal could not be told, nothing is kept to
// tell it later: its session ends by its idle limit, and session:ended says so.
//
// What an attacker meets who is after the session on this computer:
//
//	attacker                      holds                        is stopped by                                       test
//	another user of the computer  files all may read           nothing of a session is in a file                   TestWithGNOMEKeyring…, and every other
//	                                                                                                               scenario of keyring_linux_test.go: scan
//	who writes the keyring        an entry of their making     only a whole session of this API is read, and       TestATamperedEntry…
//	                                                           nothing else reaches the API
//	a stolen disk, a backup       the keyring's file           the system encrypts it with the login password;     TestARestoredComputer…
//	                                                           what is used twice ends the session                 TestAKeyringRestored…
//	who runs a second copy        the refresh token            the first use by either ends it for both, told      TestARestoredComputer…
//	malware of the same user      all this user may do         NOT STOPPED: it may read the keyring (on macOS      -
//	                                                           without a prompt, since the entry belongs to
//	                                                           /usr/bin/security) and this program's memory.
//	                                                           It is seen when a token is used twice, and an
//	                                                           administrator may end the session
package desktop
