// Package desktop runs on the user's computer: the sign-in, the session, calls to the API, the network, IT's policy.
// Nothing that it returns to a screen contains a token, an authorization code or a PKCE verifier. Package loopback
// receives the browser at the end of a sign-in, package keyring stores the session.
//
// # Sign-in
//
//	     click               API returned the attempt               provider's response
//	idle ─────► starting ────────────────────────────► waiting ─────────────────────────► exchanging ──► done
//	  ▲         port open,      browser at /start/…       │                                code to API,
//	  │         requests wait                             │                                session stored
//	  └── port closed within a second ◄───────────────────┴───────────────────────────────────┘
//	      cancelled · timed_out · denied · provider_refused · the API's code · offline · keyring_unavailable
//
// An attempt ends by the provider's response, Cancel, another click, its time limit, or the end of the app. The
// provider's response is a GET or a form at the attempt's own path, by a navigation of the browser, with the attempt's
// state, the expected issuer, and either a code or an error. Any other request gets an error page and changes nothing;
// the right response still finishes the attempt afterwards (TestSignIn/ends_only_by_the_response_of_the_provider; in
// loopback FuzzRedirect and FuzzCallback).
//
// The response is redirected at once to a page of its own, /done/ and a random name, where the browser waits for the
// outcome. So neither the address bar nor the history shows code or state, and the page needs no script (TestLastPage).
// The browser uses the connection it has, so the port closes as soon as it has the page, and without it after 600 ms
// (TestPort).
//
// The five minutes are measured by the monotonic clock, which stops while the computer sleeps, and by the wall clock,
// which may be set back (TestAttempt/ends_while_the_computer_sleeps, …/ends_if_the_clock_is_set_back).
//
// Clicks on the same button share an attempt while it is starting and for two seconds after its beginning, and all get
// its result. A later click, or one on another button, cancels the attempt and starts a new one (TestAttempt).
//
// A call that the API limits is repeated once after the wait that it asks for, if that is at most ten seconds and the
// call may be made twice; the screens receive the event waiting. Longer waits are left to the user, as a Problem's
// RetryAfter (TestRateLimit).
//
// Attacks on the sign-in. "Response" is TestSignIn/ends_only_by_the_response_of_the_provider.
//
//	attacker                   has                              stopped by                               test
//	a program of another user  the port's number                state and links of 260 random bits;      Response
//	                                                            a wrong guess changes nothing
//	a program of this user     the browser's redirect: code     the verifier goes to the API alone;      TestSignIn/accepts_only_the_…,
//	                           and state                        the API redeems a code once              identity's tests
//	a web page in the browser  any request to the port that a   no CORS, no preflight granted; fetches   Response (fetch,
//	                           page can cause                   and frames are refused                   frame, preflight)
//	  with its own DNS name    DNS that names this computer     the Host header must be ours             Response (host)
//	  with its own sign-in     a code of the attacker's account state belongs to one attempt             Response (state)
//	  with another provider    a response for that provider     a path each, and iss where it is sent    Response (path, issuer)
//	  with its own text        error_description                escaped, one line, 300 characters        loopback's TestPage
//	a reader of the history    the used response, which some    used up, bound to the verifier; Entra    TestSignIn/with_Entra_ID_…
//	                           browsers store                   ID sends a form, which is not stored
//	a flood of the port        connections                      5 s for a header, 10 s in total, size    loopback's TestServer
//	                                                            limits; the port lives five minutes
//	a hostile network          the path to API and provider     TLS 1.2 or better, no redirects, the     TestAPI/refuses_an_unknown_…,
//	                                                            provider's page must be https            TestSignIn/opens_no_unsafe_page
//	$BROWSER, xdg-open         the link to open                 works once, short, no character of a     TestOpenBrowser/opens_only_…
//	                                                            shell; not the provider's
//
// # Networks
//
// A proxy carries bytes: TLS ends at the API, so a proxy sees its name and nothing of a session. The proxy is taken
// from the environment, otherwise from the system, and read again while the app runs:
//
//	environment ─► HTTPS_PROXY, ALL_PROXY, NO_PROXY       TestEnvironmentProxy
//	Windows     ─► WinHTTP: settings, PAC and WPAD        TestWindowsProxy (the parser; WinHTTP itself was not run)
//	macOS       ─► scutil: the outermost dictionary       TestMacOSProxy (the parser)
//	GNOME       ─► gsettings                              TestGNOMEProxy, TestGNOMESettings
//
// A CA file adds to the system's authorities for the API alone. Unusable parts of it are named in the log; a file
// without any usable part ends the start (TestCertificatesThatCannotBeUsed, TestCAFile).
//
// # When a call fails
//
// A Problem has a code, which the app acts on, and a cause, which selects the text for the user. offline means that no
// HTTP response arrived (certificate, TLS, proxy, name, connection), unavailable that something other than the portal's
// API replied (guest network, redirect, wrong address, gateway). Causes are found by types and codes; crypto/tls has
// only a text for a server that chooses an old version (TestCause). The log gets the evidence: addresses, codes, and
// the names in a certificate; no query, no token, no text of an unknown error (TestCause, TestCauseOf). Of a redirect
// only scheme and host are shown (FuzzForeignResponse).
//
// Unusable settings are shown in a window of their own, or in the system's dialog (TestRefusedStart, TestNativeDialog).
// The running app holds a lock and listens on a socket in the state folder. A later start asks it to show its window,
// and the page itself must reply. Without a reply within five seconds the user is asked; then the process at the
// socket's other end is ended, if the system reports that it belongs to this user and runs this program
// (TestHungInstance).
//
// # Keyring and session
//
// An access token is in memory only, for its ten minutes. What outlives the app is one entry of the keyring: the
// refresh token, its user and its API. Nothing of it is ever written to a file.
//
//	renew: lock file ─► keyring read again ─► request id stored ─► POST /v1/auth/refresh ─► keyring written ─► in use
//	       (one process     (another may       (beside the         (again, on a new         (or for this run
//	        at a time)       have renewed)      token)              connection)              only, with a notice)
//
// Every process of a user renews for itself, because access tokens are not shared. The lock file makes them take turns;
// the system releases it when its holder dies. A process that dies between the API's commit and the write to the
// keyring leaves the used token there, with the id of its request: the next start sends both and gets the same
// successor, however late (TestRequestID, TestProcesses/survive_a_crash_between_commit_and_keyring). If the lock is
// held for too long, no id is made: two ids for one token would look like a theft.
//
// A keyring may fail in between, and may then hold a token that was used. Sent again, that token would look stolen. So
// a file beside the lock holds this computer's newest sign-in, how often it was renewed, the id of a request in
// progress, and whether the sign-in has ended: random numbers that are useless by themselves. An older entry is not
// used.
//
// A session ends only by the API's own reply: application/problem+json with one of our codes and the header Portal-Api,
// which the API sets on every response. Gateways, proxies and guest networks refuse in JSON as well, and end nothing
// (TestRefusalOfARefresh, TestSignOutReply).
//
// An address of the API has one normal form, and the session belongs to its origin: another path of the same host keeps
// it, another origin ends it on the server first. If that server cannot be reached, the entry stays in the keyring
// (TestOneSpellingOfAnAddress, TestSetAPIURL). If IT sets another address between two runs, the next start ends the
// session at the old one in the background and then removes it from the keyring, again at each start for two weeks or
// twenty starts while that server is unreachable (TestFormerOrigin). The address is read from a file beside the lock;
// the keyring's entry names its own, and its token is sent nowhere else (TestForgedNoteOfAFormerOrigin). An entry of a
// newer version of the app is never touched: beside it this version signs in for the run only
// (TestAnEntryOfANewerVersion).
//
// # Connections
//
// When the computer leaves a network, the end of a connection is not reported, and HTTP/2 puts every call on the same
// one. So HTTP/2 connections are pinged after three silent seconds and closed after five more; over HTTP/1.1 a call
// that can be repeated gives up a reused connection after eight. Reads, and refreshes with their request id, are then
// repeated on a new one; other calls fail, and the next has a new one (TestDeadConnection,
// TestRefreshOverADeadConnection). When the computer's addresses change, which Linux reports and other systems are
// polled for every two seconds, or when its clocks show that it has slept, all connections are replaced: reads
// continue, streams start again, and a session that waits for the portal is tried again (TestNetworkChange,
// TestNetworkWatch, TestNetwork).
//
// # When the keyring fails
//
// A keyring may also wait for its password without end. It gets thirty seconds, and no second call while one hangs. If
// that call ends after all, the keyring is made consistent with what has happened since. After a dismissed prompt the
// user is not prompted for an hour.
//
// Without a usable keyring the session lasts for this run, and session:only tells the user why. Where policy forbids
// that, signing in is refused before the browser opens; if storing fails only then, the session is ended on the server.
//
// Signing out empties the keyring whatever the network does. If the portal cannot be reached, nothing is stored to end
// the session later: it ends by its idle limit, and session:ended tells the user so.
//
// Attacks on the session on this computer:
//
//	attacker                      has                        stopped by                                        test
//	another user of the computer  files that all may read    no file contains anything of a session            TestGNOMEKeyring,
//	                                                                                                           TestSecretService
//	a writer of the keyring       an entry of their own      only a complete session of this API is accepted,  TestKeyring/tampered_entry_…
//	                                                         nothing else reaches the API
//	a stolen disk, a backup       the keyring's file         the system encrypts it with the login password;   TestRenew/signs_out_a_…
//	                                                         a token used twice ends the session               TestRenew/accepts_a_…
//	a user of a second copy       the refresh token          the first use by either ends it for both, with a  TestRenew/signs_out_a_…
//	                                                         notice
//	malware of the same user      all that this user may do  NOT STOPPED: it may read the keyring (on macOS    -
//	                                                         without a prompt, since the entry belongs to
//	                                                         /usr/bin/security) and this program's memory.
//	                                                         It is noticed when a token is used twice, and an
//	                                                         administrator may end the session
package desktop
