// Package session issues, renews, checks and ends the portal's own sessions.
//
//	sign-in ──► Start ──► access token (JWT, 10 minutes) + refresh token (opaque)
//	                                │                            │
//	 every request: Verify ◄────────┘                            └───► Refresh, each token once:
//	 our signature, once; no database                               T1 ──► T2 ──► T3 ──► …   one family = one session
//	        │                                                            └─ again with the same id, T2 unused: T2 once more
//	        ▼                                                            └─ again otherwise: two hold it, the family ends
//	 postgres.As(viewer): do session, user and
//	 grant still stand? in the query's own round trip
//
// # Why two tokens
//
// The access token names the viewer without a query, but what it says may be ten minutes old. So nothing is read or
// written on its word alone: the first statement of every query checks that its session has not ended, its user is
// active and its grant is as the token says. Sign-out, deactivation and role changes therefore hold from the next request on,
// on every replica, at no further round trip. That also lets a token's signature be checked once: a token that was found
// good is remembered, by its hash, until it expires or its key is withdrawn.
//
// # Under which grant
//
// A session starts under the grant that the sign-in has claimed, else under the active one its person used last, and its
// tokens go on naming that grant while it may be used; Portal-Grant names another for one request. What was used is noted at
// a start, at each change, and once a minute or at a refresh: so an administrator sees uses to about ten minutes, and only
// those under grants of their scope (TestSessionGrant). An older server starts and refreshes under the oldest grant.
//
// # Why tokens are replaced
//
// A desktop cannot prove that a refresh token has not been copied. Using each once makes a copy show itself: whoever
// comes second finds the token used, and the session ends for thief and owner alike, who both read why.
//
// # How a lost response is repeated
//
// A response can get lost on the way, and then an honest client comes twice. Before it sends a token it makes a random
// request id, keeps it beside the token, and sends both. The server keeps the id's hash with the token it replaced, and the
// successor sealed with a key that only the replaced token yields; so it can return the successor without knowing it. The
// same token with the same id gets the same successor, on any replica and however late within the session's idle time,
// until that successor is used: then the response has arrived somewhere. A copy of the token has no id, or one of its
// own, because the id is made for one request and forgotten with its response. So where a family uses ids, a used token
// with another id or with none ends it at once, and nothing depends on the time. Who copied a keyring between request and
// response holds the id too and gets the same successor, which the two then send with two ids.
//
// A client from before request ids sends none. In a family in which no client has sent one, a token that was used within
// the grace gets its unused successor again, three times in the family's life. The database's clock alone says how long
// ago that was. A family uses ids from the first one on: a client that sends no more has its tokens replaced, but repeats
// nothing.
//
// During a rolling upgrade an older server, which refuses a body with a request id, may stand beside newer ones. The app
// then sends the id as a header, which older servers ignore. A token that such a server replaced has no hash of an id, not
// even that of none, and is repeated within the grace whatever is sent, also three times in the family's life. Older
// servers read what newer ones write: the successor is sealed as it always was.
//
// # Signing keys
//
// ES256; the key id is the RFC 7638 thumbprint. "keys rotate" publishes the next key, which begins to sign two minutes
// later: by then every replica, and whoever keeps what a replica published, knows it. The key before it retires at
// that moment, its private half is destroyed, and its public half stays published until its last token has expired. Of
// replicas that make a key at once, one gets the generation's number and the others take its key.
//
// # Who attacks, what they hold, what stops them
//
// Behind each line stand the tests that fail without it.
//
// Somebody who stole a dump of the database, or reads a replica of it, holds hashes of 256 random bits and of request ids,
// successors sealed with a key derived (HKDF) from the token they replace, private keys sealed with the key of
// PORTAL_SECRET_KEY_FILE and bound to their key id. None of it continues a session, signs a token, finishes a sign-in
// or claims an invite.
//
//	TestStolenDump  TestStoredSecrets
//	TestSealer  TestLoadSealer
//
// Somebody who copied a refresh token, from a keyring, a backup or a snapshot, uses it before or after its owner. The
// second of the two ends the session for both, however soon it comes. What is left to the thief is the time until the
// owner's next refresh, ten minutes while the app is open. Against a family without ids, or beside an older server, the
// two may share tokens within the grace of each other, three times; then one of them is refused.
//
//	TestTokenFamily/thief_and_owner_never_both_continue  TestTokenFamily/restored_token_ends_it_for_both
//	TestRefresh/reused_token_ends_the_session  TestEndedSession/reports_reuse_to_both_holders
//	TestRequestID  TestNoRequestID  TestOlderServer
//
// Nobody attacks, but responses get lost, requests race, a program dies between our commit and its keyring, replicas'
// clocks disagree: an honest client that sends request ids is not signed out for any of these.
//
//	TestTokenFamily/honest_client_survives_lost_responses  TestRefresh/concurrent_repeats_get_one_successor
//	TestRefresh/repeats_lost_response  TestRequestID
//
// Somebody who copied an access token, from a log or a proxy, is its viewer for ten minutes at most, and not a request
// longer than the session, the user's standing and the grant last. It renews nothing.
//
//	TestSession/sign_out_ends_its_access_token  TestStart/refuses_deactivated_user
//	TestRefresh/returns_a_changed_role  TestEndedSession/reports_its_reason
//
// Somebody who forges access tokens holds our public keys and whatever JSON they like. The signature is checked first,
// ES256 by a key we publish, to the letter; of the header only the key id is heeded, and one that says more is refused;
// then type, issuer, audience, times and every claim have to be as we write them.
//
//	TestAccessToken/needs_an_ES256_signature_of_ours  TestVerifyJWS/accepts_canonical_ES256_only
//	TestVerifyJWS/public_test_vectors  TestAccessToken/refused_for_any_extra_header
//	TestAccessToken/refused_for_malformed_claims  TestAccessToken/refused_for_any_wrong_claim
//	TestAccessToken/reports_expiry_only_if_otherwise_valid  FuzzAccessToken  FuzzRefreshToken
//
// Somebody who wants more than their token says, by what is remembered of it: a token is answered as if it were checked
// anew, a refusal is never remembered, and the memory has an end.
//
//	TestTokenCache/returns_what_a_new_check_returns  TestTokenCache/stores_no_refused_token
//	TestTokenCache/is_bounded
//
// Somebody who floods us with key ids nobody knows, to load the database or to have good tokens refused: strangers' ids
// cost a query a second, and a good key is known before it signs.
//
//	TestUnknownKeyID/costs_one_query_a_second  TestUnknownKeyID/never_causes_refusal_of_valid_tokens
//	TestSigningKeys/key_signing_at_once_spreads_in_a_second  TestAccessToken/refused_above_size_limit
//
// Somebody who got hold of a retired private key, or an operator who fears so and rotates: it signs nothing any more,
// and nobody is signed out by the change.
//
//	TestSigningKeys/retired_key_expires_with_its_tokens  TestSigningKeys/rotation_ends_no_session
//	TestSigningKeys/next_key_is_published_before_it_signs  TestSigningKeys/concurrent_rotations
//	TestSigningKeys/replicas_share_the_first_key  TestSigningKeys/key_set_has_public_keys_only
//
// Somebody at an unlocked computer that was left behind, months later: a session ends when nobody uses it, and at its
// absolute limit whoever uses it.
//
//	TestSession/ends_at_its_limits  TestSession/use_extends_it_to_the_absolute_limit
//
// Not stopped: whoever runs code as the user, or holds the database and the secret key file together, is the user, or
// us. The audit log still says what they did.
package session
