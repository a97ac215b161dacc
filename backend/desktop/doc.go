// Package desktop is what runs on the user's computer: signing in, the keyring, calls to the API, IT's policy.
// Nothing it answers to a screen holds a token, an authorization code or a PKCE verifier.
//
// # A sign-in on this computer
//
//	          click                    API named the attempt              the provider's answer
//	idle ──────────────► starting ─────────────────────────► waiting ─────────────────────────► exchanging ──► done
//	  ▲   port opened,              browser sent to /start/…    │                                  │   code to the API,
//	  │   nobody answered yet                                   │                                  │   session kept
//	  └── port gone within a second ◄───────────────────────────┴──────────────────────────────────┘
//	      cancelled · timed_out · denied · provider_refused · what the API said · offline · keyring_unavailable
//
// An attempt ends by the provider's answer, Cancel, another click, the end of its time, or the app's. The provider's answer is a
// GET or a form at the attempt's own path, from a page the user visits, with the attempt's state, no foreign issuer, and one of
// code and error. Anything else is answered with a page that says so and changes nothing, also an error without state; the
// right answer still finishes the attempt afterwards (TestNothingButTheProvidersAnswerChangesAWaitingSignIn, FuzzRedirect,
// FuzzProviderAnswer).
//
// The answer is answered at once by a redirect to a page of its own, /done/ and a random name. There the browser waits for
// the outcome: so neither the address bar nor what the Back button leads to holds code or state, and the page
// needs no script (TestTheCodeLeavesTheAddressBarBeforeAnythingIsShown). The browser comes back by the connection it has, so
// the port closes as soon as it has the page, and without it after 600 ms (TestThePortIsGoneWithinASecondHoweverASignInEnds,
// TestTheLastPageReachesABrowserThatComesForItAfterTheEnd).
//
// Five minutes are five minutes by the running clock and by the one on the wall: the first stands still while the
// computer sleeps, the second may be set back (TestASleepingComputerDoesNotStretchTheFiveMinutes,
// TestAClockSetBackDoesNotStretchTheFiveMinutes).
//
// Clicks on the same button share an attempt while it is starting and for two seconds after its beginning, and all get its
// answer; a later click, or one on another button, cancels the attempt and begins anew (TestTenClicksAtOnceAreOneSignIn,
// TestADeliberateClickBeginsAnew).
//
// A call that the API limits is made again after the wait it asks for, once, if that is at most ten seconds and the call may be
// made twice; the screens hear of it by the event waiting. Longer waits are the user's, as a Problem's RetryAfter
// (TestAShortLimitIsWaitedForSaidAndOver, TestALongLimitIsTheUsersToWaitFor, TestWhatMayHaveHadItsEffectIsNotDoneTwice).
//
// What an attacker meets who is after the sign-in:
//
//	attacker                   holds                            stopped by                               shown by
//	a program of another user  the port's number                state and links of 260 random bits;      TestNothingBut…
//	                                                            a wrong guess changes nothing
//	a program of this user     the browser's redirect, so code  the verifier goes to the API alone;      TestTheSecondAnswer…,
//	                           and state                        the API redeems a code once              identity's tests
//	a web page in the browser  any request to the port that a   no CORS, no preflight granted; what a    TestNothingBut… (fetch,
//	                           page can cause                   page fetches or frames is refused        frame, preflight)
//	  by a name of its own     DNS that names this computer     the Host header must be ours             TestNothingBut… (host)
//	  by its own sign-in       a code of the attacker's account state belongs to one attempt             TestNothingBut… (state)
//	  by another provider      an answer meant for that one     a path each, and iss where it is sent    TestNothingBut… (path, issuer)
//	  by its own words         error_description                escaped, one line, 300 letters           TestWhatStrangersSayIs…
//	who reads the history      the used answer, which some      used up, bound to the verifier; Entra    TestSigningInWithEntraID…
//	                           browsers' files keep             ID sends a form, which is not kept
//	who floods the port        connections                      5 s for a header, 10 s for all, caps     TestWhoeverSpeaksSlowly…
//	                                                            on both; the port lives five minutes
//	a hostile network          the way to API and provider      TLS 1.2 or better, no redirects taken,   TestACertificateNobody…,
//	                                                            the provider's page must be https        TestAnUnsafeSignInPage…
//	$BROWSER, xdg-open         the link it is told to open      works once, short, free of anything a    TestOnlyOurOwnShortLink…
//	                                                            shell could read; not the provider's
//
// # Networks
//
// A proxy carries bytes: TLS ends at the API, so that a proxy sees its name and nothing of a session. Which proxy it is
// comes from the environment, else from the system, read again while the app runs:
//
//	environment ─► HTTPS_PROXY, ALL_PROXY, NO_PROXY       TestEnvironmentProxy
//	Windows     ─► WinHTTP: settings, PAC and WPAD        TestWindowsProxy (the parser; WinHTTP itself was not run)
//	macOS       ─► scutil: the outermost dictionary       TestMacOSProxy (the parser)
//	GNOME       ─► gsettings                              TestGNOMEProxy, TestGNOMESettings
//
// A CA file adds to the authorities of the system for the API alone. What in it cannot be used is named in the log, a file
// without anything to use ends the start: TestCertificatesThatCannotBeUsed, TestCAFile.
//
// # When a call fails
//
// A Problem has a code, which the app acts on, and a cause, which selects the text for the user: offline means that no HTTP
// response came (certificate, TLS, proxy, name, connection), unavailable that something other than the portal's API replied
// (guest network, redirect, wrong address, gateway). Causes are found by types and codes; crypto/tls alone has no more than a
// text for a server that chooses an old version (TestCause). The log gets the evidence: addresses, codes, and the names in a
// certificate; no query, no token, no text of an unknown error (TestCause, TestUnknownCauseHidesTheErrorsText). Of a redirect
// only scheme and host are shown (FuzzForeignResponse).
//
// Settings that cannot be used are said in a window of their own, or by the system's dialog (TestRefusedStart,
// TestNativeDialog). The running app holds a lock and listens on a socket in the state folder. A later start asks it to show
// its window, and the page itself has to reply. Without a reply within five seconds the user is asked; then the process at
// the socket's other end is ended, if the system says that it is this user's and runs this program (TestHungInstance).
//
// # Keyring and sessions
//
// An access token lives in memory only, for its ten minutes. What outlives the app is one entry of the keyring: the
// refresh token, whose it is, and of which API. Nothing of it is ever written to a file.
//
//	renew: lock file ─► keyring read again ─► request id kept ─► POST /v1/auth/refresh ─► keyring written ─► in use
//	       (one process     (another may       (beside the        (again, by a new         (or: for this run
//	        at a time)       have renewed)      token)             connection)              only, and told so)
//
// Every process of a user renews for itself, because access tokens are shared by nobody; the lock file lets them take
// turns, and the system lets go of it when its holder dies. A process that dies between the API's commit and the
// keyring leaves the spent token there, with the id of its request: the next start sends both and gets the same
// successor, however late (TestRequestID, TestACrashBetweenCommitAndKeyring…). Where the lock is held for too long, no id
// is made: two for one token would look like a theft.
//
// A keyring may fail in between, and what it holds may then be a token that was spent. Sent again, that token would
// look stolen. So a file beside the lock says which sign-in is this computer's newest, how often it was renewed, the id of
// a request under way, and whether it is over: random numbers, good for nothing else. An entry older than that is not used.
//
// A session ends by the API's own word alone: application/problem+json with one of our codes and the header Portal-Api,
// which the API sets on every response. Gateways, proxies and guest networks refuse in JSON as well, and end nothing
// (TestRefusalOfARefresh, TestASignOutThatAPageSwallowedIsNotTakenForDone).
//
// An address of the API is kept in one spelling, and the session belongs to its origin: another path of the same host
// keeps it, another origin ends it on the server first. One that the server cannot be told of stays in the keyring
// (TestOneSpellingOfAnAddress, TestSetAPIURL). Where IT sets another address between two runs, the next start ends the session
// at the old one in the background and then empties the keyring of it, again at each start for two weeks or twenty starts
// while that server is out of reach (TestFormerOrigin). The address comes from a file beside the lock; the keyring's entry
// names its own, and its token is sent nowhere else (TestForgedNoteOfAFormerOrigin). What a newer version of the app keeps there is never touched: beside it this
// one signs in for the run only (TestAnEntryOfANewerVersion).
//
// # Connections
//
// A network that is left reports no end of a connection, and HTTP/2 puts every call on the same one. So HTTP/2 connections
// are asked for a sign of life after three silent seconds and given up after five more; over HTTP/1.1 a call that can be
// made again gives up a used connection after eight. Reads, and refreshes for their request id, are then made again by a
// new one; other calls fail, and the next has a new one (TestDeadConnection, TestRefreshOverADeadConnection). When the
// computer's addresses change, which Linux reports and others are asked for every two seconds, or when its clocks show
// that it has slept, all connections are left behind: reads go on, streams begin anew, and a session that waits for the
// portal is tried again (TestNetworkChange, TestNetworkWatch, TestTheScreensHearThatTheNetworkChanged).
//
// # When the keyring fails
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
