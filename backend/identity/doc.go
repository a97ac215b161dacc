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
//	   │◄────────────── session ──│ 6 session.Start                    │
//
// # What stops whom
//
// Somebody who reads the redirect (another program, a log, the browser's history) has a code but no verifier: step 2
// ends the attempt before the provider hears of it. Somebody who has an ID token of ours has nowhere to send it: the API
// takes codes only. A token made for another sign-in fails at the nonce, which the API gave out, once. A
// token of another client, issuer, algorithm or time fails at step 4; idtoken_test.go lists how. Attempts are
// used up by one atomic update, so of two who send the same one a single one gets on.
//
// # Entra ID has many issuers
//
// Every allowed tenant has a verifier of its own with the tenant's exact issuer. What an unverified token says of its
// tenant chooses among these verifiers and does nothing else; a tenant that is not on the list has none.
//
// # Pairing: an address is a hint, once
//
// People are known by what their provider never gives to anybody else: Google's sub, Entra ID's tenant and oid. A known
// identity is its user, whatever address it shows today. Only a new identity is matched by address, with
// invites that name its provider and, for Entra ID, its tenant:
//
//	the provider is the authority for the address            and the role is no admin's  →  claimed
//	  Google:   email_verified is true, and gmail.com or hd = the invite's domain
//	  Entra ID: a member of the tenant, xms_edov true, and the address in the invite's domain
//	anything else, a missing claim included                                              →  the invite's code
//
// Addresses in Entra ID are whatever a tenant's admin wrote there; believing one lets anybody with a tenant of their own
// become anybody ("nOAuth"). preferred_username and upn are the user's own to change, and are never read. The
// code was sent to the address itself, so who has it has the mailbox. An invite is claimed by one statement that
// succeeds once. An address that is some user's already claims nothing: identities are never linked by themselves.
//
// # The second try
//
// A code cannot be redeemed twice, so when the answer is invite_code_required the verified identity waits in the attempt:
// sealed, and bound to the attempt, the code and the verifier's challenge. The same three and the invite's code
// finish the sign-in. Five such tries an attempt, ten wrong codes an invite; a code has 140 random bits.
//
// # What is told
//
// The caller learns that there is no invite in the same words whatever invites there are for other providers, tenants or
// addresses. Operator and audit log learn the reason by one word, and who it was by the provider's own identifiers:
// never an address, token or code.
package identity
