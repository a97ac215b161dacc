import { useCallback, useEffect, useRef, useState } from "react";
import type { Events, InviteOffer, Me, ProviderID } from "../bridge/models";
import { getPortal } from "../bridge/portal";
import { type Problem, type ProblemCode, toProblem } from "../bridge/problem";
import { useSessionControl } from "./session";

/** Several invites are open for the address. */
export interface Choice {
  at: "invites";
  provider: ProviderID;
  /** The address that signed in. */
  signedInAs: string | undefined;
  offers: InviteOffer[];
  /** Those that were sent last. */
  chosen: readonly string[];
  /** What was chosen is no longer open, and the offers are others than before. */
  changed: boolean;
  problem: Problem | null;
  pending: boolean;
}

/** The step of a sign-in. */
export type SignInStep =
  | {
      at: "choose";
      problem: Problem | null;
      provider: ProviderID | null;
      url: string | null;
    }
  | { at: "starting"; provider: ProviderID }
  | { at: "waiting"; waiting: Events["signin:waiting"] }
  | { at: "exchanging"; provider: ProviderID }
  | Choice
  | {
      at: "code";
      provider: ProviderID;
      /** The choice that led here; undefined where there was none. */
      choice?: Choice;
      /** The address that signed in. */
      signedInAs: string | undefined;
      /** The message of the API where the address is unknown; then no code can be accepted. */
      note?: string;
      problem: Problem | null;
      pending: boolean;
    };

const choose: SignInStep = { at: "choose", problem: null, provider: null, url: null };

// After these codes the same form may still succeed.
const retryable: readonly ProblemCode[] = ["invalid", "offline", "unavailable", "too_many_requests"];
const worthAnotherCode: readonly ProblemCode[] = [
  "invite_code_required",
  "invite_code_invalid",
  ...retryable,
];

function stepAfter(
  problem: Problem,
  provider: ProviderID,
  url: string | null,
  before: SignInStep,
): SignInStep {
  const { code, signedInAs, invites: offers } = problem;
  const choice = before.at === "invites" ? { ...before, pending: false } : undefined;
  if (before.at === "code" && worthAnotherCode.includes(code)) return { ...before, pending: false, problem };
  if (choice && retryable.includes(code)) return { ...choice, problem };
  if (code === "invite_choice") {
    const changed = choice !== undefined;
    return {
      at: "invites",
      provider,
      signedInAs,
      offers,
      chosen: [],
      changed,
      problem: null,
      pending: false,
    };
  }
  if (code === "invite_code_required") {
    const note = provider === "google" && !signedInAs ? problem.message : "";
    return {
      at: "code",
      provider,
      ...(choice && { choice }),
      signedInAs,
      note,
      problem: null,
      pending: false,
    };
  }
  return { at: "choose", problem, provider, url };
}

// The sign-in keeps waiting: its link can still be copied.
const withBrowserProblem = (step: SignInStep, problem: Problem): SignInStep =>
  step.at === "waiting"
    ? { at: "waiting", waiting: { ...step.waiting, browser_problem: problem.message } }
    : step;

/** Runs one sign-in at a time, driven by the buttons and by events of the desktop. */
export function useSignIn() {
  const { entered } = useSessionControl();
  const [step, setStep] = useState<SignInStep>(choose);
  // A second click cancels the first sign-in in Go; its rejection must not disturb the second.
  const attempt = useRef(0);
  const url = useRef<string | null>(null);
  const starting = useRef(false);

  useEffect(() => {
    const stops = [
      // Events after a cancel or after the end belong to an earlier sign-in.
      getPortal().on("signin:waiting", (waiting) => {
        if (!starting.current) return;
        url.current = waiting.url;
        setStep({ at: "waiting", waiting });
      }),
      getPortal().on("signin:exchanging", ({ provider }) => {
        if (starting.current) setStep({ at: "exchanging", provider });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);

  const run = useCallback(
    async (provider: ProviderID, ask: () => Promise<Me>) => {
      attempt.current += 1;
      const mine = attempt.current;
      try {
        const me = await ask();
        if (mine === attempt.current) entered(me);
      } catch (rejection) {
        if (mine !== attempt.current) return;
        starting.current = false;
        const problem = toProblem(rejection);
        setStep((now) => stepAfter(problem, provider, url.current, now));
      }
    },
    [entered],
  );

  const signIn = (provider: ProviderID) => {
    // A second click before the first is rendered.
    if (starting.current) return;
    starting.current = true;
    url.current = null;
    setStep({ at: "starting", provider });
    void run(provider, () => getPortal().signIn(provider));
  };

  const submitCode = (code: string) => {
    if (step.at !== "code") return;
    setStep({ ...step, problem: null, pending: true });
    void run(step.provider, () => getPortal().submitInviteCode(code));
  };

  const chooseInvites = (ids: string[]) => {
    if (step.at !== "invites") return;
    setStep({ ...step, chosen: ids, problem: null, pending: true });
    void run(step.provider, () => getPortal().chooseInvites(ids));
  };

  const chooseAgain = () => {
    if (step.at === "code" && step.choice) setStep(step.choice);
  };

  // The desktop keeps the sign-in of a deactivated user for the code of another invite.
  const enterCode = (provider: ProviderID) =>
    setStep({ at: "code", provider, signedInAs: undefined, problem: null, pending: false });

  const cancel = () => {
    attempt.current += 1;
    starting.current = false;
    setStep(choose);
    getPortal()
      .cancelSignIn()
      .catch(() => undefined);
  };

  const openAgain = () => {
    getPortal()
      .openSignInPage()
      .catch((rejection) => setStep((now) => withBrowserProblem(now, toProblem(rejection))));
  };

  return { step, signIn, submitCode, chooseInvites, chooseAgain, enterCode, cancel, openAgain };
}
