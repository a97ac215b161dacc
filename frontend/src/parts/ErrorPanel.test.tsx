import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { problemCodes } from "../bridge/enums";
import { Problem, type ProblemCode } from "../bridge/problem";
import { renderApp, renderPart } from "../test/render";
import { ErrorPanel, problemText } from "./ErrorPanel";

/** The codes after which the same call may succeed; for the others the text names another step. */
const retried: readonly ProblemCode[] = [
  "offline",
  "unavailable",
  "internal",
  "too_many_requests",
  "grant_changed",
  "timed_out",
  "cancelled",
];

describe("the panel of a failed call", () => {
  it.each(problemCodes)("says what happened and what to do: %s", (code) => {
    const { title, text } = problemText(new Problem(code));
    expect(title).not.toMatch(/parts\.|undefined|\{\{|^$/);
    expect(text).not.toMatch(/parts\.|undefined|\{\{|^$/);
  });

  it.each(problemCodes)("offers a retry only where one may help: %s", async (code) => {
    const onRetry = vi.fn();
    const { user } = renderPart(<ErrorPanel problem={new Problem(code)} onRetry={onRetry} />);
    const alert = within(screen.getByRole("alert"));
    const button = alert.queryByRole("button", { name: "Try again" });
    expect(button !== null).toBe(retried.includes(code));
    if (!button) return;
    await user.click(button);
    expect(onRetry).toHaveBeenCalledOnce();
  });
});

it.each(["internal", "unavailable"] as const)(
  "the app that could not start retries after %s",
  async (code) => {
    const { user } = renderApp({ prepare: (fake) => fake.fail("startup", new Problem(code), 1) });
    const alert = within(await screen.findByRole("alert"));
    await user.click(alert.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("button", { name: "Sign in with Google" })).toBeVisible();
  },
);
