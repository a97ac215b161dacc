// Refusals with the messages of the API and of the desktop, for ?signin=, ?fail= and ?happens=ended: in a browser.
import { type Cause, causes, type ProblemCode } from "./enums";
import type { InviteOffer } from "./models";
import { Problem } from "./problem";

interface Refusal {
  code: ProblemCode;
  message: string;
  /** The API sends the address that signed in. */
  withAddress?: boolean;
  providerMessage?: string;
  retryAfter?: number;
  invites?: InviteOffer[];
}

const address = "lea.moreau@harbour-it.example";
const portal = "https://portal.northwind.example";
const proxy = "proxy.northwind.example:8080";
const requestId = "0195a7c2-4d1e-7b32-9c55-3e8f0a6d1b47";

/** Two open invites for the same address. */
export const offers: InviteOffer[] = [
  {
    id: "0198c5a4-0000-7000-8000-000000000001",
    organisation: "Harbour IT",
    role: "msp_user",
    mssp: "Northwind Security",
    needs_code: false,
  },
  {
    id: "0198c5a4-0000-7000-8000-000000000002",
    organisation: "Fjord Security",
    role: "mssp_admin",
    mssp: "Fjord Security",
    needs_code: true,
  },
];

const invalid = (message: string): Refusal => ({ code: "invite_code_invalid", message, withAddress: true });

/** The refusals of the API, by their names in its log. */
export const ofTheAPI = {
  no_invite: {
    code: "no_invite",
    message:
      "There is no open invite for this account. Use the account you were invited with, or ask your administrator for an invite.",
    withAddress: true,
  },
  code_required: {
    code: "invite_code_required",
    message: "Enter the code of your invite to finish signing in. If you have none, ask your administrator.",
    withAddress: true,
  },
  no_address: {
    code: "invite_code_required",
    message:
      "Google did not name an e-mail address for this account, so it cannot claim an invite. Sign in with a " +
      "Google account that has an e-mail address.",
  },
  choice: {
    code: "invite_choice",
    message: "These invites are open for your address. Choose those you want to accept.",
    withAddress: true,
    invites: offers,
  },
  choice_changed: {
    code: "invite_choice",
    message: "These invites are open for your address. Choose those you want to accept.",
    withAddress: true,
    invites: offers.slice(1),
  },
  code_mistyped: invalid(
    "There is a typing error in this code. Compare it with the one you were given; this did not count as a try.",
  ),
  code_unknown: invalid(
    "There is no open invite with this code. It may have been used, sent again with a new code, or withdrawn. Ask your administrator.",
  ),
  own_invite: invalid(
    "This account made this invite or sent it again, so it cannot claim it. The invited person has to sign in.",
  ),
  other_provider: invalid(
    "This invite is for another Microsoft account, of the organisation it names. Sign in with that, or ask " +
      "your administrator for another invite.",
  ),
  other_address: invalid(
    "This invite is for another e-mail address than the one you signed in with. Use the account you were " +
      "invited with, or ask your administrator to invite this address.",
  ),
  other_invite: invalid("This code belongs to another invite than the one you chose."),
  nothing_gained: {
    code: "conflict",
    message:
      "This invite gives you nothing: you hold a role there already, or it was used or withdrawn a moment ago.",
  },
  invite_closed: {
    code: "invite_closed",
    message: "This invite was closed after too many wrong codes. Ask your administrator to send a new one.",
    withAddress: true,
  },
  out_of_tries: {
    code: "attempt_expired",
    message: "That code is not right, and this sign-in has no tries left. Sign in again to try once more.",
    withAddress: true,
  },
  attempt_over: {
    code: "attempt_expired",
    message: "This sign-in has expired or was used already. Start again.",
  },
  tenant: {
    code: "tenant_not_allowed",
    message:
      "Accounts of this organisation cannot sign in here. Use the account you were invited with, or ask your administrator.",
  },
  deactivated: {
    code: "deactivated",
    message: "This account has been deactivated. Ask your administrator.",
  },
  provider_down: {
    code: "provider_unavailable",
    message: "Your sign-in provider does not respond as it should at the moment. Try again in a few minutes.",
  },
  provider_refused: {
    code: "provider_refused",
    message:
      "Your sign-in could not be confirmed. Sign in again; if it happens again, tell your administrator.",
  },
  ended_reuse: {
    code: "session_revoked",
    message:
      "This session was ended for safety: its key was used twice, so it may have been copied. Sign in again.",
  },
  ended_admin: {
    code: "session_revoked",
    message: "An administrator signed you out everywhere. Sign in again.",
  },
  ended_deactivated: {
    code: "session_revoked",
    message: "This session ended when your account was deactivated. Sign in again.",
  },
} satisfies Record<string, Refusal>;

/** The refusals of the desktop, without a response of the API. */
export const ofTheDesktop = {
  cancelled: { code: "cancelled", message: "The sign-in was cancelled." },
  timed_out: { code: "timed_out", message: "Nobody signed in within the time allowed. Try again." },
  denied: {
    code: "denied",
    message: "The sign-in was declined at Google.",
    providerMessage: "access_denied AADSTS65004: User declined to consent to access the app.",
  },
  browser_failed: {
    code: "browser_failed",
    message: "The browser could not be opened. Copy the link and open it in a browser on this computer.",
  },
  keyring: {
    code: "keyring_unavailable",
    message:
      "Your organisation lets you sign in only where the sign-in can be kept safely. The login keyring is " +
      "locked. Unlock it and sign in again to stay signed in.",
  },
  too_many_requests: {
    code: "too_many_requests",
    message: "Too many requests at once. Wait a moment and try again.",
    retryAfter: 24,
  },
  session_lost: {
    code: "signed_out",
    message:
      "What this computer kept of your sign-in cannot be used any more and was removed. Sign in again.",
  },
} satisfies Record<string, Refusal>;

/** The desktop's messages for why the portal cannot be reached. */
export const causeSentences: Record<Cause, string> = {
  certificate_untrusted:
    "portal.northwind.example uses a certificate of “Northwind Web Filter Issuing CA 2”, which this computer " +
    "does not trust. If this is a guest network, sign in to it with a browser first. In a company network " +
    "that inspects traffic, ask your IT to set CaFile for this app.",
  certificate_expired:
    "The certificate of portal.northwind.example was valid until 28 November 2026, 09:30 UTC, and this " +
    "computer's clock says 30 November 2026, 01:40 UTC. Check date and time on this computer. If they are " +
    "right, tell the operator of the portal to renew the certificate.",
  certificate_not_yet_valid:
    "The certificate of portal.northwind.example is valid from 1 November 2026, 00:00 UTC on, and this " +
    "computer's clock says 1 January 2020, 00:04 UTC. The clock is probably wrong: set date and time, then " +
    "try again.",
  certificate_wrong_name:
    "The server at portal.northwind.example uses a certificate for “www.northwind.example”. Check the address " +
    "for typing errors. If it is right, ask your IT: another server may be responding in this network.",
  tls_too_old:
    "portal.northwind.example offers only outdated encryption, older than TLS 1.2. Ask your IT to update the " +
    "server, or the proxy in front of it.",
  client_certificate_required:
    "portal.northwind.example lets in only computers with a client certificate, and this app has none. Ask " +
    "your IT for an address of the portal that does not ask for one.",
  tls_failed:
    "portal.northwind.example and this app could not agree on an encrypted connection. Check the address and " +
    "its port. If they are right, ask your IT whether a firewall or proxy changes the traffic.",
  proxy_authentication:
    "The proxy proxy.northwind.example:8080 asks for a user name and password, and this app has none for it. " +
    "Ask your IT to let the app through the proxy.",
  proxy_unreachable:
    "The proxy proxy.northwind.example:8080 of this computer's settings cannot be reached. Connect to the " +
    "company network or VPN, or ask your IT whether the proxy settings are right.",
  proxy_refused:
    "The proxy proxy.northwind.example:8080 does not connect this app to portal.northwind.example (HTTP 403). Ask your IT to allow it.",
  proxy_failed:
    "The proxy proxy.northwind.example:8080 could not connect this app to portal.northwind.example. Check the " +
    "portal's address. If it is right, ask your IT whether the proxy can reach it.",
  name_not_found:
    "No server with the name portal.northwind.example is known in this network. Check the address for typing " +
    "errors. If the portal is reached by VPN, connect it and try again.",
  name_lookup_failed:
    "The name portal.northwind.example could not be looked up. Check this computer's network connection and VPN, then try again.",
  connection_refused:
    "portal.northwind.example refuses connections. Check the address and its port. If they are right, the " +
    "portal may be restarting: try again in a few minutes.",
  no_network:
    "There is no way from this computer to portal.northwind.example. Check the network connection and VPN, then try again.",
  connection_broken:
    "The connection to portal.northwind.example broke before the portal replied. Try again. If it happens " +
    "again, ask your IT whether a firewall or VPN closes it.",
  timeout:
    "portal.northwind.example did not reply in time. Check the network connection, then try again. If " +
    "everything else is fast, the portal may be busy: wait a few minutes.",
  unreachable: "The portal cannot be reached. Check the network connection and try again.",
  captive_portal:
    "A web page came instead of the portal's reply. If this network asks you to sign in, as in a hotel or a " +
    "train, open a browser and do that first. Otherwise check the portal's address.",
  address_moved:
    "portal.northwind.example redirects to “https://login.guest-wifi.example”. If the portal has moved, enter " +
    "its new address or ask your administrator for it. If “https://login.guest-wifi.example” is a sign-in " +
    "page of this network, open it in a browser first.",
  wrong_address:
    "portal.northwind.example replied, but there is no portal at this address (HTTP 404). Check the address, " +
    "also what follows the host's name.",
  gateway:
    "A gateway in front of the portal replied with HTTP 502: the portal behind it is not available. Try again in a few minutes.",
  intermediary:
    "Something between you and the portal replied with HTTP 403, not the portal itself. Connect your VPN if " +
    "you need one, or ask your IT to let this app through.",
};

const replies: readonly Cause[] = [
  "captive_portal",
  "address_moved",
  "wrong_address",
  "gateway",
  "intermediary",
];

function ofCause(cause: Cause): Problem {
  const code = replies.includes(cause) ? "unavailable" : "offline";
  const named = cause.startsWith("proxy_") ? proxy : portal;
  return new Problem(code, { cause, message: causeSentences[cause], address: named });
}

const problemOf = (refusal: Refusal, name: string): Problem =>
  new Problem(refusal.code, {
    ...refusal,
    ...(refusal.withAddress ? { signedInAs: address } : {}),
    ...(name in ofTheAPI ? { requestId } : {}),
  });

/** The refusal of a well-formed code that is wrong. */
export const wrongCode = (left: number): Problem =>
  problemOf(invalid(`That code is not right. ${left} ${left === 1 ? "try" : "tries"} left.`), "code_wrong");

/** Returns the refusal with this name: a cause, a name of ofTheAPI or ofTheDesktop, or a problem code. */
export function refusal(name: string): Problem {
  const cause = causes.find((known) => known === name);
  if (cause) return ofCause(cause);
  const known: Refusal | undefined = { ...ofTheAPI, ...ofTheDesktop }[name as keyof typeof ofTheAPI];
  return known ? problemOf(known, name) : new Problem(name as ProblemCode, { requestId });
}
