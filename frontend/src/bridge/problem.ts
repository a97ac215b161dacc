import type { InviteOffer } from "./models";

/** Why a call failed: the API's codes, and the desktop's own. Any other arrives as "internal". */
export const codes = [
  "invalid",
  "unauthenticated",
  "session_revoked",
  "grant_changed",
  "forbidden",
  "not_found",
  "conflict",
  "sync_running",
  "no_product",
  "product_refused",
  "no_invite",
  "invite_code_required",
  "invite_code_invalid",
  "invite_choice",
  "invite_closed",
  "tenant_not_allowed",
  "deactivated",
  "attempt_expired",
  "provider_unavailable",
  "provider_refused",
  "too_many_requests",
  "too_large",
  "unavailable",
  "internal",
  "signed_out",
  "offline",
  "no_api_url",
  "cancelled",
  "timed_out",
  "browser_failed",
  "denied",
  "state_mismatch",
  "keyring_unavailable",
  "insecure_api_url",
  "policy",
] as const;

export type ProblemCode = (typeof codes)[number];

/** Why the portal cannot be reached (code offline), or what replied in its place (code unavailable). */
export const causes = [
  "certificate_untrusted",
  "certificate_expired",
  "certificate_not_yet_valid",
  "certificate_wrong_name",
  "tls_too_old",
  "client_certificate_required",
  "tls_failed",
  "proxy_authentication",
  "proxy_unreachable",
  "proxy_refused",
  "proxy_failed",
  "name_not_found",
  "name_lookup_failed",
  "connection_refused",
  "no_network",
  "connection_broken",
  "timeout",
  "unreachable",
  "captive_portal",
  "address_moved",
  "wrong_address",
  "gateway",
  "intermediary",
] as const;

export type Cause = (typeof causes)[number];

interface Details {
  message?: string;
  field?: string;
  requestId?: string;
  retryAfter?: number;
  cause?: Cause;
  address?: string;
  said?: string;
  signedInAs?: string;
  invites?: InviteOffer[];
}

/** A failed call in a form screens can act on. The message is the API's or the desktop's own sentence. */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** The parameter at fault, where one is. */
  readonly field: string | undefined;
  /** What support finds the request by. */
  readonly requestId: string | undefined;
  /** What the desktop found out; its message says it in a sentence. */
  override readonly cause: Cause | undefined;
  /** The address in question: the portal's, or a proxy's. */
  readonly address: string | undefined;
  /** What the sign-in provider said, in its own words. */
  readonly said: string | undefined;
  /** The e-mail address that signed in, where no invite was claimed by it. */
  readonly signedInAs: string | undefined;
  /** Those to choose from, with invite_choice. */
  readonly invites: InviteOffer[];
  /** Seconds until asking again makes sense. */
  readonly retryAfter: number | undefined;
  /** When that is, in milliseconds since 1970; 0 where asking again makes sense at once. */
  readonly retryAt: number;

  constructor(code: ProblemCode, details: Details = {}) {
    super(details.message ?? "");
    this.name = "Problem";
    this.code = code;
    this.field = details.field;
    this.requestId = details.requestId;
    this.cause = details.cause;
    this.address = details.address;
    this.said = details.said;
    this.signedInAs = details.signedInAs;
    this.invites = details.invites ?? [];
    this.retryAfter = details.retryAfter;
    this.retryAt = details.retryAfter ? Date.now() + details.retryAfter * 1000 : 0;
  }
}

const known = (code: unknown): code is ProblemCode => codes.includes(code as ProblemCode);
const knownCause = (cause: unknown) => causes.find((known) => known === cause);
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const count = (value: unknown) => (typeof value === "number" && value > 0 ? value : undefined);

// Wails rejects with an Error whose message is the Problem as JSON.
function fromJSON(rejection: unknown): unknown {
  const message = rejection instanceof Error ? rejection.message : rejection;
  if (typeof message !== "string" || !message.startsWith("{")) return rejection;
  try {
    return JSON.parse(message);
  } catch {
    return rejection;
  }
}

/** Makes a Problem of whatever a call was rejected with; what is not one of ours becomes "internal". */
export function toProblem(rejection: unknown): Problem {
  if (rejection instanceof Problem) return rejection;
  const value = fromJSON(rejection);
  if (typeof value === "object" && value !== null && "code" in value) {
    const raw = value as Record<string, unknown>;
    return new Problem(known(raw.code) ? raw.code : "internal", {
      message: text(raw.message),
      field: text(raw.field),
      requestId: text(raw.request_id),
      retryAfter: count(raw.retry_after),
      cause: knownCause(raw.cause),
      address: text(raw.address),
      said: text(raw.said),
      signedInAs: text(raw.signed_in_as),
      invites: Array.isArray(raw.invites) ? (raw.invites as InviteOffer[]) : [],
    });
  }
  return new Problem("internal", { message: value instanceof Error ? value.message : text(value) });
}

const passing: readonly ProblemCode[] = ["offline", "unavailable", "internal"];

/** Whether every call fails until the connection or the portal is back. */
export const isOutage = (problem: Problem): boolean =>
  problem.code === "offline" || problem.code === "unavailable";

/** Whether the same call may succeed when simply made again. */
export const isPassing = (problem: Problem): boolean => passing.includes(problem.code);
