// Package identity finds out who somebody is: it signs people in with Google and Entra ID and pairs a new identity
// with the invite that says what they may be.
//
//	desktop                    portal-api                          provider
//	   │ attempts ───────────────►│ nonce, challenge kept              │
//	   │◄───────── id, nonce ─────│ 10 minutes, good once              │
//	   │ system browser ─────────────────────────────────────────────►│
//	   │◄──────────────── code, by a redirect to loopback ────────────│
//	   │ token: code, verifier ──►│ 1 attempt used up                  │
//	   │                          │ 2 verifier proves the challenge    │
//	   │                          │ 3 code + verifier ────────────────►│
//	   │                          │◄──────────────────────── ID token ─│
//	   │                          │ 4 token verified                   │
//	   │                          │ 5 known identity? else paired      │
//	   │◄────────────── session ──│ 6 session begun                    │
//
// # Who attacks, what they hold, what stops them
//
// What is only promised is not kept: behind each line stand the tests that fail without it. Most of them are rows of a
// provider that misbehaves on command (testkit/hostile): each says what is sent, what the user reads, what is logged,
// that nothing was made and that no secret was written down.
//
// Somebody who reads the redirect (another program of the computer, a log, the browser's history) holds the code. It is
// worth nothing without the verifier, which never left the app: step 2 ends the attempt before the provider hears of it,
// and the provider checks again.
//
//	TestAttempt/needs_its_verifier  TestAProviderOfSomebodyElsesMakingRefusesAWrongVerifier
//
// Somebody who sends an answer twice, or late, holds attempt, code and verifier. An attempt is used up by one atomic
// update and ends after ten minutes; of two who send the same one a single one gets on.
//
//	TestAttempt/is_used_up_once  TestAttempt/expires  TestConcurrentSignIn/pending_sign_in_starts_one_session
//
// Somebody with a code of their own puts it into another's attempt, so that the victim works in the attacker's account
// or the other way round. The ID token then carries the nonce of another attempt; nonces are ours, and good once.
//
//	TestIDToken/refused_for_another_attempt  TestIDToken/refused_for_wrong_nonce_or_time
//
// Somebody who has an ID token of ours, from a log or another client, has nowhere to send it: the API takes codes only.
//
// Somebody who forges a token holds the provider's public keys. RS256 by a key of the issuer's own set is all that is
// believed; the header chooses no algorithm, brings no key and names no address, and the text of a token can be
// written in one way only.
//
//	TestIDToken/needs_the_providers_RS256_signature  TestIDToken/ignores_keys_in_its_header
//	TestIDToken/has_three_segments_and_a_size_limit  TestProviderKeys/sign_only_for_their_published_use  FuzzIDToken
//
// Somebody who owns another client, tenant or account of the same provider holds tokens with good signatures. Issuer,
// audience and azp must be ours to the letter, and no audience beside it; every claim has one name and one value.
//
//	TestIDToken/refused_for_other_issuer_or_audience  TestVerify/accepts_second_issuer_of_google_only
//	TestIDToken/refused_for_bad_subject_or_claim_names
//
// Somebody who administers a tenant of Entra ID writes any address into it ("nOAuth"), makes guests of other people's
// accounts, or names accounts like somebody else's. See pairing, below.
//
//	TestAddress/entra_confirms_own_members_and_domains_only  TestAddress/google_confirms_own_addresses_only
//	TestAddress/must_match_the_invite_exactly  TestAddress/gmail_belongs_to_google_only
//
// Somebody whose account shows another address today than yesterday, because a domain changed hands or an admin wished
// it, stays who they were: only a new identity is matched by address.
//
//	TestSignIn/known_identity_keeps_its_user
//
// Somebody signs in with an alias of the invited address. It is another address: dots, pluses and other domains are not
// folded. The refusal names the address, so that it can be invited.
//
//	TestAliasAccounts  TestRefusal/names_the_address_that_signed_in
//
// Many who claim the invites of one address at the same moment, at any replica and by any provider: they take turns,
// one wins. An invite that was closed or sent anew a moment before its code came is not claimed by that code.
//
//	TestConcurrentSignIn/one_claims_all_invites_of_an_address  TestConcurrentSignIn/two_attempts_create_one_user
//	TestClaimInvites/one_of_several_providers_wins_address
//	TestClaimInvites/refuses_code_closed_or_replaced_meanwhile
//
// An administrator of another tenant invites an address, makes many invites for it, deactivates its user, or signs them
// out. An invite is claimed by choice where several are open for a confirmed address, and a code always claims its own
// invite: it is looked up by its hash, and each MSSP and MSP shows ten invites of an address at most. A known identity may
// claim further invites by their codes, at sign-in and when signed in, also after a deactivation elsewhere. Whatever an
// administrator does ends what hangs on grants of their own scope, and no more; they see no other use, session or address.
// A tenant that invited first does not see later sign-ins: a session starts under the grant it has claimed, else under the
// one the person used last.
//
//	TestInviteChoice  TestFurtherInvite  TestOtherTenant/ends_nothing_elsewhere_by_deactivation  TestClaimInvite
//	TestSignOutUser  TestAnAdministratorSeesOnlyWhatHappenedInTheirScope  TestOtherTenant/that_invited_first_sees_no_later_use
//	TestSessionGrant  TestSessionView
//
// Somebody who was deactivated holds another open invite of the same scope. The deactivation revokes those for the addresses
// that the provider confirms as theirs, and a claim at the same moment is seen by it, or comes too late. An invite that
// names an address nobody confirms as theirs stays open to whoever has its code.
//
//	TestInvitesOfDeactivatedUser
//
// An inviter has the code of their own invite and claims somebody else's address with it. The account that made an invite
// or sent it again cannot claim it. Another account can, where no address of it is confirmed and it is no Google account
// without an address: it then holds the role the inviter could have given to anybody, its address is shown as not
// confirmed by the provider, is a key nowhere, and blocks neither the owner of the address nor a new invite for them.
//
//	TestUnconfirmedAddress  TestFurtherInvite
//
// Somebody who guesses an invite's code, or wants to know who is invited. A code has 145 random bits and five tries an
// attempt. Who signs in without a confirmed address reads the same, and causes the same statements, whether the address
// is unknown, invited or known to another tenant. Only the owner of a confirmed address reads that nothing is open for
// it, and only their wrong codes count against its invites. Timing is not tested, the number of statements is.
//
//	TestAddressEnumeration  TestWrongCodes  FuzzInviteCode
//	TestSignIn/refuses_user_without_invite  TestAddress/administrators_invite_needs_its_code
//
// An inviter floods a mailbox, or puts a link into a mail by a name. Mails are limited by inviter, by tenant, and by mailbox
// as mail servers know it; names lose links, control characters and those that turn text around.
//
//	TestInviteMailLimits  TestNamesInAMail  TestAMailNamesTheOrganisationFirst
//
// Somebody on the way to the provider, or a provider that is broken. Certificates are checked, no redirect is followed,
// a document must name its issuer and https endpoints outside our own machine, every answer has a size and a time.
// A provider that fails is said to be down, and serves again at once when it is back.
//
//	TestProviderFault/invalid_response  TestProviderFault/discovery_document_of_another_issuer
//	TestProviderFault/refusal_is_not_quoted  TestProviderFault/ends_when_the_provider_is_back
//
// Somebody who sends tokens with unknown key ids would have us call the provider for each. We call twice at once, then
// once a minute; a key the provider has just begun to sign with still costs one call and no failure.
//
//	TestProviderKeys/unknown_ids_are_rate_limited  TestProviderKeys/new_key_costs_one_call
//	TestKeySetAge
//
// Somebody with a dump of the database holds hashes of codes, spent nonces, and identities that wait for an invite's
// code, sealed with a key that is not in it and bound to their attempt, code and challenge.
//
//	TestAttempt/binds_pending_identity_to_code_and_verifier
//
// Not stopped here: an inviter who has two accounts can claim an invite of their own with the second, as above. Whoever controls the person's account at the provider is that person, and whoever controls the
// computer while they are signed in acts as them, until the session is ended.
//
// # Entra ID has many issuers
//
// Every allowed tenant has a verifier of its own with the tenant's exact issuer and the keys published for it. What an
// unverified token says of its tenant chooses among these verifiers and does nothing else; a tenant that is not on
// the list has none, and neither has that of private accounts unless it is listed.
//
// # Pairing: an address is a hint, once
//
// People are known by what their provider never gives to anybody else: Google's sub, Entra ID's tenant and oid. A known
// identity is its user, whatever address it shows today. Only a new identity is matched by address, with
// invites that name its provider and, for Entra ID, its tenant, and only where the provider confirms the address:
//
//	Google:   email_verified is true, and the address is gmail.com's or hd names a Workspace
//	Entra ID: a member of the tenant, and xms_edov true
//
// A confirmed address claims the one open invite for it, or those that the person chooses of several, where
//
//	the role is no admin's, and hd (Google) or the address's domain (Entra ID) is the domain the invite names  →  claimed
//	anything else                                                                      →  claimed by the invite's code
//
// An address that is not confirmed is matched with nothing: the code alone counts. It was mailed to the invited address,
// or handed over by the inviter. preferred_username and upn are the user's own to change, and are never read. A confirmed
// address that is another identity's already claims nothing: identities are never linked by themselves. Addresses are
// compared in one spelling, whose local part is ASCII before letters are made small.
//
// # The second try
//
// A code of the provider's cannot be redeemed twice, so when the answer is invite_code_required, invite_code_invalid,
// invite_choice or deactivated the verified identity waits in the attempt, and the same attempt, code and verifier finish
// the sign-in with the invite's code or the chosen invites. Five such tries an attempt; a choice alone is none.
//
// # What is told
//
// Whoever is refused reads one of a few sentences (problem.go), each with a next step. Operator and audit log learn
// the reason by one word of ours, such as token_nonce, and who it was by the provider's own identifiers: never an
// address, token, code, or text of the provider's. Only the response to the person who signed in
// names the address.
package identity
