// Package identity authenticates users: it signs them in with Google and Entra ID, and pairs a new identity with the
// invite that gives it a role.
//
//	desktop                    portal-api                          provider
//	   │ attempts ───────────────►│ nonce, challenge stored            │
//	   │◄───────── id, nonce ─────│ 10 minutes, single use             │
//	   │ system browser ─────────────────────────────────────────────►│
//	   │◄──────────────── code, by a redirect to loopback ────────────│
//	   │ token: code, verifier ──►│ 1 attempt used up                  │
//	   │                          │ 2 verifier proves the challenge    │
//	   │                          │ 3 code + verifier ────────────────►│
//	   │                          │◄──────────────────────── ID token ─│
//	   │                          │ 4 token verified                   │
//	   │                          │ 5 known identity? else paired      │
//	   │◄────────────── session ──│ 6 session started                  │
//
// # Threats and tests
//
// Each paragraph below names an attacker, what they have, and what stops them, followed by the tests that fail without
// that protection. Most of the tests run a provider that misbehaves on command (testkit/hostile). They check the
// response, the log and the audit log, that no rows were created, and that no secret was written.
//
// An attacker who reads the callback (another program on the computer, a log, the browser's history) has the code. It
// is useless without the verifier, which never leaves the app: step 2 ends the attempt before the provider is called,
// and the provider checks the verifier again.
//
//	TestAttempt/needs_its_verifier
//
// An attacker who sends a callback twice, or late, has attempt, code and verifier. An attempt is used up by one atomic
// update and expires after ten minutes; of two concurrent requests one succeeds.
//
//	TestAttempt/is_used_up_once  TestAttempt/expires  TestConcurrentSignIn/pending_sign_in_starts_one_session
//
// An attacker puts their own code into another user's attempt, so that the victim works in the attacker's account, or
// the reverse. The ID token then has the nonce of another attempt. The portal chooses the nonces, and each is used
// once.
//
//	TestIDToken/refused_for_another_attempt  TestIDToken/refused_for_wrong_nonce_or_time
//
// An attacker who has an ID token for the portal, from a log or another client, cannot use it: the API accepts codes
// only.
//
// An attacker who forges a token has the provider's public keys. Only RS256 with a key of the issuer's own key set is
// accepted. The header cannot choose an algorithm, bring a key or name an address to fetch one from, and a token must
// be in canonical form.
//
//	TestIDToken/needs_the_providers_RS256_signature  TestIDToken/ignores_keys_in_its_header
//	TestIDToken/has_three_segments_and_a_size_limit  TestProviderKeys/sign_only_for_their_published_use  FuzzIDToken
//
// An attacker who owns another client, tenant or account of the same provider has tokens with valid signatures. Issuer,
// audience and azp must match exactly, and there must be no further audience. Every claim has one name and one value.
//
//	TestIDToken/refused_for_other_issuer_or_audience  TestVerify/accepts_second_issuer_of_google_only
//	TestIDToken/refused_for_bad_subject_or_claim_names
//
// An attacker who administers an Entra ID tenant can set any address on its accounts ("nOAuth"), add other
// organisations' accounts as guests, or use another user's name. See the section on pairing.
//
//	TestAddress/entra_confirms_own_members_and_domains_only  TestAddress/google_confirms_own_addresses_only
//	TestAddress/must_match_the_invite_exactly  TestAddress/gmail_belongs_to_google_only
//
// An account may show another address than before, because a domain changed hands or an administrator changed it. The
// user stays the same: only a new identity is matched by its address.
//
//	TestSignIn/known_identity_keeps_its_user
//
// A user signs in with an alias of the invited address. An alias is another address: dots, plus signs and alternative
// domains are not normalised. The error names the address, so that it can be invited.
//
//	TestAliasAccounts  TestRefusal/names_the_address_that_signed_in
//
// Several sign-ins claim the invites of one address at the same time, on any replica and with any provider. Row locks
// serialise them and one wins. A code does not claim an invite that was closed or sent again a moment before.
//
//	TestConcurrentSignIn/one_claims_all_invites_of_an_address  TestConcurrentSignIn/two_attempts_create_one_user
//	TestClaimInvites/one_of_several_providers_wins_address
//	TestClaimInvites/refuses_code_closed_or_replaced_meanwhile
//
// An administrator of another tenant invites an address, creates many invites for it, deactivates its user, or signs
// them out. If several invites are open for a confirmed address, the user chooses which to claim. A code always claims
// its own invite, which is looked up by the code's hash. At most ten invites of each MSSP and each MSP are offered for
// an address. A known identity may claim further invites by code, at sign-in and when signed in, also after a
// deactivation elsewhere. An administrator's action affects only what depends on grants of their own scope; they see no
// other use, session or address. A tenant that invited first does not see later sign-ins: a session starts under the
// grant it has just claimed, otherwise under the one the user last used.
//
//	TestInviteChoice  TestFurtherInvite  TestOtherTenant/ends_nothing_elsewhere_by_deactivation  TestClaimInvite
//	TestSignOutUser  TestUserActivity
//	TestOtherTenant/that_invited_first_sees_no_later_use  TestSessionGrant  TestSessionView
//
// A deactivated user has another open invite of the same scope. The deactivation revokes the invites for the addresses
// that the provider confirms as theirs. It sees a concurrent claim, or the claim fails. An invite for an address that
// is not confirmed stays open for the holder of its code.
//
//	TestInvitesOfDeactivatedUser
//
// An inviter has the code of their own invite and claims another user's address with it. The account that created an
// invite or sent it again cannot claim it. Another account can, if its address is not confirmed, unless it is a Google
// account without an address. It then has a role that the inviter could have given to any user. Its address is shown as
// not confirmed, is never used as a key, and blocks neither the owner of the address nor a new invite for them.
//
//	TestUnconfirmedAddress  TestFurtherInvite
//
// An attacker guesses an invite's code, or wants to learn which addresses are invited. A code has 145 random bits and
// five tries per attempt. A user without a confirmed address gets the same response from the same statements, whether
// the address is unknown, invited or known to another tenant. Only the owner of a confirmed address learns that no
// invite is open for it, and only their wrong codes count against its invites. The number of statements is tested,
// timing is not.
//
//	TestAddressEnumeration  TestWrongCodes  FuzzInviteCode
//	TestSignIn/refuses_user_without_invite  TestAddress/administrators_invite_needs_its_code
//
// An inviter floods a mailbox, or puts a link into a mail through a name. Mails are limited by inviter, by tenant, and
// by mailbox as mail servers identify it. Links, control characters and direction marks are removed from names.
//
//	TestInviteMailLimits  TestNamesInAMail  TestOrganisationFirst
//
// An attacker is on the network path to the provider, or the provider is broken. Certificates are checked and redirects
// are not followed. A discovery document must name its issuer, and https endpoints unless the provider is on loopback.
// Every response has a size limit and a time limit. The user sees that the provider is down, and sign-in works again
// as soon as it is back.
//
//	TestProviderFault/invalid_response  TestProviderFault/discovery_document_of_another_issuer
//	TestProviderFault/refusal_is_not_quoted  TestProviderFault/ends_when_the_provider_is_back
//
// An attacker sends tokens with unknown key ids to make the portal call the provider for each. It makes two calls at
// once and then one a minute. A key that the provider has just begun to sign with still costs one call and no failure.
//
//	TestProviderKeys/unknown_ids_are_rate_limited  TestProviderKeys/new_key_costs_one_call
//	TestKeySetAge
//
// An attacker with a dump of the database has hashes of codes, used nonces, and identities that wait for an invite's
// code. These are sealed with a key that is not in the database, and bound to their attempt, code and challenge.
//
//	TestAttempt/binds_pending_identity_to_code_and_verifier
//
// Not prevented: an inviter with two accounts can claim their own invite with the second, as described above. An
// attacker who controls a user's account at the provider is that user. An attacker who controls the computer while the
// user is signed in acts as the user until the session ends.
//
// # Entra ID has one issuer per tenant
//
// Each allowed tenant has its own verifier with the tenant's exact issuer and the keys published for it. The tenant in
// an unverified token is used only to choose among these verifiers. A tenant that is not on the list has no verifier;
// neither has the tenant of personal accounts, unless it is listed.
//
// # Pairing: an address is used once
//
// Users are identified by values that their provider never reassigns: Google's sub, Entra ID's tenant and oid. A known
// identity is its user, whatever its address is now. Only a new identity is matched by address, with invites that name
// its provider and, for Entra ID, its tenant, and only if the provider confirms the address:
//
//	Google:   email_verified is true, and the domain is gmail.com or hd names a Workspace domain
//	Entra ID: a member of the tenant, and xms_edov is true
//
// A confirmed address claims the only open invite for it, or those of several that the user chooses, if
//
//	the role is not an administrator's, and the invite's domain equals hd (Google)
//	or the domain of the address (Entra ID); gmail.com needs no domain              ->  claimed
//	anything else                                                                   ->  claimed by the invite's code
//
// An address that is not confirmed is matched with nothing: only the code counts. The code was mailed to the invited
// address, or the inviter handed it over. preferred_username and upn are never read, because users can change them. A
// confirmed address that belongs to another identity claims nothing: identities are never linked automatically.
// Addresses are compared in a canonical form, whose local part must be ASCII.
//
// # Sending an attempt again
//
// A provider's code can be redeemed only once. So if the response is invite_code_required, invite_code_invalid,
// invite_choice or deactivated, the verified identity is stored in the attempt, and the same attempt, code and verifier
// finish the sign-in with the invite's code or the chosen invites. An attempt allows five such tries; a choice alone
// does not count.
//
// # Errors
//
// A refused user gets one of a few messages (problem.go), each with a next step. The operator's log and the audit log
// contain the reason as a code of this package, such as token_nonce, and the provider's identifiers of the user: never
// an address, token, code or text from the provider. Only the response to the user who signed in contains the address.
package identity
