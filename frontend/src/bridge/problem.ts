import { type Cause, causes, type ProblemCode, problemCodes } from "./enums";
import type { InviteOffer } from "./models";

export type { ProblemCode } from "./enums";

interface Details {
  message?: string;
  field?: string;
  requestId?: string;
  retryAfter?: number;
  cause?: Cause;
  address?: string;
  providerMessage?: string;
  signedInAs?: string;
  invites?: InviteOffer[];
}

/**
 * A failed call. The message is the API's or the desktop's own sentence; a code that is not known becomes "internal".
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** The invalid parameter, if one is. */
  readonly field: string | undefined;
  /** The id by which support finds the request. */
  readonly requestId: string | undefined;
  /**
   * Why the portal cannot be reached (code offline), or what replied in its place (code unavailable). The message
   * explains it.
   */
  override readonly cause: Cause | undefined;
  /** The address in question: the portal's, or a proxy's. */
  readonly address: string | undefined;
  /** The sign-in provider's own error message. */
  readonly providerMessage: string | undefined;
  /** The e-mail address that signed in, if no invite was claimed by it. */
  readonly signedInAs: string | undefined;
  /** The invites to choose from, with code invite_choice. */
  readonly invites: InviteOffer[];
  /** Seconds to wait before a retry. */
  readonly retryAfter: number | undefined;
  /** When a retry is due, in milliseconds since 1970; 0 for at once. */
  readonly retryAt: number;

  constructor(code: ProblemCode, details: Details = {}) {
    super(details.message ?? "");
    this.name = "Problem";
    this.code = code;
    this.field = details.field;
    this.requestId = details.requestId;
    this.cause = details.cause;
    this.address = details.address;
    this.providerMessage = details.providerMessage;
    this.signedInAs = details.signedInAs;
    this.invites = details.invites ?? [];
    this.retryAfter = details.retryAfter;
    this.retryAt = details.retryAfter ? Date.now() + details.retryAfter * 1000 : 0;
  }
}

const isCode = (code: unknown): code is ProblemCode => problemCodes.includes(code as ProblemCode);
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

/** Returns the rejection of a call as a Problem; code "internal" where it is not one of the portal's errors. */
export function toProblem(rejection: unknown): Problem {
  if (rejection instanceof Problem) return rejection;
  const value = fromJSON(rejection);
  if (typeof value === "object" && value !== null && "code" in value) {
    const raw = value as Record<string, unknown>;
    return new Problem(isCode(raw.code) ? raw.code : "internal", {
      message: text(raw.message),
      field: text(raw.field),
      requestId: text(raw.request_id),
      retryAfter: count(raw.retry_after),
      cause: knownCause(raw.cause),
      address: text(raw.address),
      providerMessage: text(raw.provider_message),
      signedInAs: text(raw.signed_in_as),
      invites: Array.isArray(raw.invites) ? (raw.invites as InviteOffer[]) : [],
    });
  }
  return new Problem("internal", { message: value instanceof Error ? value.message : text(value) });
}

const temporary: readonly ProblemCode[] = ["offline", "unavailable", "internal"];

/** Whether every call fails until the network or the portal is back. */
export const isOutage = (problem: Problem): boolean =>
  problem.code === "offline" || problem.code === "unavailable";

/** Whether the same call may succeed when it is made again. */
export const isTemporary = (problem: Problem): boolean => temporary.includes(problem.code);
