// Package session issues, renews, verifies and ends the portal's own sessions.
//
//	sign-in ──► Start ──► access token (JWT, 10 minutes) + refresh token (opaque)
//	                                │                            │
//	 every request: Verify ◄────────┘                            └───► Refresh, each token once:
//	 our signature, once; no database                               T1 ──► T2 ──► T3 ──► …   one family = one session
//	        │                                                            └─ again with the same id, T2 unused: T2 once more
//	        ▼                                                            └─ again otherwise: two hold it, the family ends
//	 postgres.As(viewer): do session, user and
//	 grant still valid? in the query's own round trip
//
// # Why two tokens
//
// The access token names the viewer without a query, but its claims may be ten minutes old. So nothing is read or
// written on the strength of the token alone: the first statement of every query checks that the session has not ended,
// the user is active and the grant is as the token says. Sign-out, deactivation and role changes therefore take effect
// with the next request, on every replica, without an extra round trip. It is also why a token's signature is verified
// only once: a valid token is cached, by its hash, until it expires or its key is no longer published.
//
// # Under which grant
//
// A session starts under the grant that the sign-in has claimed, otherwise under the active grant that the user last
// used. Its tokens name that grant as long as it may be used; the header Portal-Grant names another for one request.
// The use of a grant is recorded at the start, at each change of grant, and then once a minute or at a refresh: so
// administrators see uses to about ten minutes, and only those under grants of their scope (TestSessionGrant). An older
// server starts and refreshes under the oldest grant. The app names the grant that it shows in every request, so a
// refresh by an older server changes nothing for it.
//
// # Why tokens are replaced
//
// A desktop cannot prove that a refresh token has not been copied. Because each is used once, reuse of a replaced token
// is detected: the second request finds the token used, and the session ends for both holders, who both get the
// reason. The tokens that replace each other are a refresh-token family.
//
// # How a lost response is repeated
//
// A response can be lost, and then an honest caller sends its request again. Before it sends a token, the caller
// creates a random request id, stores it with the token, and sends both. The server stores the hash of the id with the
// replaced token, and the successor sealed with a key that can be derived only from the replaced token; so it can
// return the successor without knowing it. The same token with the same id gets the same successor, on any replica and
// at any time within the idle timeout, until that successor is used: then the response has arrived. A copy of the token
// has no id, or one of its own, because an id is created for one request and deleted with its response. So in a family
// that uses ids, a used token with another id or with none ends the session at once, and nothing depends on the time.
// An attacker who copied a keyring between request and response has the id too and gets the same successor, which the
// two then send with different ids.
//
// A caller from before request ids sends none. In a family in which no caller has sent one, a token that was used
// within the grace gets its unused successor again, three times in the life of the family. Only the database's clock
// decides how long ago that was. A family uses ids from the first one on: if its caller stops sending them, its tokens
// are still replaced, but no response is repeated.
//
// During a rolling upgrade an older server, which refuses a body with a request id, may run beside newer ones. The app
// then sends the id as a header, which older servers ignore. A token that such a server replaced has no hash of an id,
// not even that of an empty one, and is repeated within the grace whatever is sent, also three times in the life of the
// family. Older servers read what newer ones write: the sealed successor has the same format.
//
// # Signing keys
//
// Tokens are signed with ES256; the key id is the RFC 7638 thumbprint. "keys rotate" publishes the next key, which
// begins to sign two minutes later: by then every replica, and every caller that cached a replica's key set, has loaded
// it. The previous key retires at that moment. Its private key is destroyed, and its public key stays published until
// the last token it signed has expired. If replicas create a key at the same time, one gets the number of the
// generation and the others load its key.
//
// # Threats and tests
//
// Each paragraph below names an attacker, what they have, and what stops them, followed by the tests that fail without
// that protection.
//
// An attacker with a dump of the database, or read access to a replica of it, has hashes of 256 random bits and of
// request ids, successors sealed with a key derived (HKDF) from the token they replace, and private keys sealed with
// the key of PORTAL_SECRET_KEY_FILE and bound to their key id. None of it continues a session, signs a token, finishes
// a sign-in or claims an invite.
//
//	TestStolenDump  TestStoredSecrets
//	TestSealer  TestLoadSealer
//
// An attacker who copied a refresh token from a keyring, a backup or a snapshot uses it before or after its owner. The
// second use ends the session for both, however soon it comes. The attacker has until the owner's next refresh, which
// is ten minutes while the app is open. Against a family without ids, or beside an older server, the two may share
// tokens within the grace of each other, three times; then one of them is refused.
//
//	TestTokenFamily/thief_and_owner_never_both_continue  TestTokenFamily/restored_token_ends_it_for_both
//	TestRefresh/reused_token_ends_the_session  TestEndedSession/reports_reuse_to_both_holders
//	TestRequestID  TestNoRequestID  TestOlderServer
//
// Without any attacker, responses get lost, requests race, a program ends between the server's commit and its write to
// the keyring, and replicas' clocks differ. None of these signs out an honest caller that sends request ids.
//
//	TestTokenFamily/honest_client_survives_lost_responses  TestRefresh/concurrent_repeats_get_one_successor
//	TestRefresh/repeats_lost_response  TestRequestID
//
// An attacker who copied an access token from a log or a proxy acts as its viewer for at most ten minutes, and not a
// request longer than the session, the active user and the grant last. The token cannot be used to get another.
//
//	TestSession/sign_out_ends_its_access_token  TestStart/refuses_deactivated_user
//	TestRefresh/returns_a_changed_role  TestEndedSession/reports_its_reason
//
// An attacker who forges access tokens has the public keys and can write any JSON. The signature is verified first:
// canonical form, ES256, and a published key. Only the key id of the header is used, and a header with further
// parameters is refused. Then type, issuer, audience, times and every claim must be as this package writes them.
//
//	TestAccessToken/needs_an_ES256_signature_of_ours  TestVerifyJWS/accepts_canonical_ES256_only
//	TestVerifyJWS/public_test_vectors  TestAccessToken/refused_for_any_extra_header
//	TestAccessToken/refused_for_malformed_claims  TestAccessToken/refused_for_any_wrong_claim
//	TestAccessToken/reports_expiry_only_if_otherwise_valid  FuzzAccessToken  FuzzRefreshToken
//
// An attacker wants the cache to accept more than their token allows. The result for a cached token is that of a new
// check, a refusal is never cached, and the cache is bounded.
//
//	TestTokenCache/returns_what_a_new_check_returns  TestTokenCache/stores_no_refused_token
//	TestTokenCache/is_bounded
//
// An attacker sends many unknown key ids, to load the database or to have valid tokens refused. Unknown ids cost a
// query a second, and a key is published before it signs.
//
//	TestUnknownKeyID/costs_one_query_a_second  TestUnknownKeyID/never_causes_refusal_of_valid_tokens
//	TestSigningKeys/key_signing_at_once_spreads_in_a_second  TestAccessToken/refused_above_size_limit
//
// An attacker has a retired private key, or an operator fears so and rotates the keys. A retired key is accepted only
// until the last token it signed has expired, and rotation ends no session.
//
//	TestSigningKeys/retired_key_expires_with_its_tokens  TestSigningKeys/rotation_ends_no_session
//	TestSigningKeys/next_key_is_published_before_it_signs  TestSigningKeys/concurrent_rotations
//	TestSigningKeys/replicas_share_the_first_key  TestSigningKeys/key_set_has_public_keys_only
//
// An attacker uses an unlocked computer that was left behind, months later. A session ends after its idle timeout, and
// at its absolute limit even if it is used.
//
//	TestSession/ends_at_its_limits  TestSession/use_extends_it_to_the_absolute_limit
//
// Not prevented: an attacker who runs code as the user acts as the user, and one who has both the database and the
// secret key file acts as the portal. The audit log still records what they did through the portal.
package session
