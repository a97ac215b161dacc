import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { countCalls } from "../test/calls";
import { expectAccessible, renderApp } from "../test/render";
import { pauseAfter } from "./useResumeAgain";

afterEach(() => void vi.useRealTimers());

const resumes = (fake: Fake) => countCalls(fake, "resume");
// A bound for what the app does automatically, also on a busy machine.
const patience = { timeout: 25_000 };
const signedIn = () => screen.findByRole("button", { name: "Account of Ada Lindqvist" });

/** Starts the app before the network is up. */
async function startOffline(problem = new Problem("offline")) {
  const app = renderApp({ signedIn: users.admin, prepare: (fake) => fake.fail("resume", problem) });
  await screen.findByRole("button", { name: "Try again" });
  return app;
}

describe("a session that could not be restored during an outage", () => {
  it("is kept, with one alert and no sign-in buttons", async () => {
    await startOffline();
    expect(screen.getByText("The portal cannot be reached")).toBeVisible();
    expect(screen.getByText(/^You are still signed in on this computer\./)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Sign in with Google" })).toBeNull();
    expect(screen.getAllByRole("alert")).toHaveLength(1);
    await expectAccessible();
  });

  it.each(["offline", "unavailable", "timed_out", "too_many_requests", "internal"] as const)(
    "is kept after %s",
    async (code) => {
      await startOffline(new Problem(code));
      expect(screen.getByText(/^You are still signed in on this computer\./)).toBeVisible();
      expect(screen.queryByRole("button", { name: "Sign in with Google" })).toBeNull();
    },
  );

  it("is tried after longer pauses, which begin anew when the network changes", async () => {
    // The clock is stopped, so that each pause is shown as long as it lasts.
    vi.useFakeTimers({ toFake: ["Date"] });
    const { fake, user } = await startOffline();
    const nextTry = () => screen.findByText(/^Next try in/);
    for (const tried of [2, 3, 4]) {
      await user.click(await screen.findByRole("button", { name: "Try again" }));
      await waitFor(() => expect(resumes(fake)).toBeGreaterThanOrEqual(tried));
      await nextTry();
    }
    expect(await nextTry()).toHaveTextContent(/in (0:15|0:30|1:00)\./);
    act(() => fake.emit("network:changed", {}));
    expect(await screen.findByText(/^Next try in 0:0[248]\./)).toBeVisible();
  });

  it("is tried once at a time, and once more when the network changed during a try", async () => {
    const { fake } = await startOffline();
    let give: (problem: Problem) => void = () => undefined;
    let tries = 0;
    fake.resume = () => {
      tries += 1;
      return new Promise((_, reject) => (give = reject));
    };
    act(() => fake.emit("network:changed", {}));
    act(() => fake.emit("network:changed", {}));
    expect(tries).toBe(1);
    await act(async () => give(new Problem("offline")));
    expect(tries).toBe(2);
    expect(screen.queryByText(/^Next try in/)).toBeNull();
  });

  it("does not end a sign-in that was made meanwhile", async () => {
    const { fake, user } = await startOffline();
    let give: (problem: Problem) => void = () => undefined;
    fake.resume = () => new Promise((_, reject) => (give = reject));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await user.click(screen.getByRole("button", { name: "Sign in instead" }));
    await user.click(await screen.findByRole("button", { name: "Sign in with Google" }));
    await screen.findByText("Continue in your browser");
    act(() => fake.finishSignIn(users.admin));
    expect(await signedIn()).toBeVisible();
    await act(async () => give(new Problem("offline")));
    expect(await signedIn()).toBeVisible();
  });

  it("is restored by the button", async () => {
    const { fake, user } = await startOffline();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(resumes(fake)).toBe(2));
    expect(await screen.findByRole("button", { name: "Try again" })).toBeEnabled();
    fake.fail("resume");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await signedIn()).toBeVisible();
  });

  it("is restored when the network changes", async () => {
    const { fake } = await startOffline(new Problem("unavailable"));
    fake.fail("resume");
    act(() => fake.emit("network:changed", {}));
    expect(await signedIn()).toBeVisible();
  });

  it("is restored automatically", async () => {
    const { fake } = await startOffline();
    await waitFor(() => expect(resumes(fake)).toBeGreaterThan(1), patience);
    fake.fail("resume");
    expect(await screen.findByRole("button", { name: "Account of Ada Lindqvist" }, patience)).toBeVisible();
  }, 60_000);

  it("is retried at intervals that grow to a minute", () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6, 100].map(pauseAfter);
    expect(pauses).toEqual([2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 60_000, 60_000]);
  });

  it("can be skipped by signing in, and is not retried meanwhile", async () => {
    const { fake, user } = await startOffline();
    await user.click(screen.getByRole("button", { name: "Sign in instead" }));
    expect(await screen.findByRole("button", { name: "Sign in with Google" })).toBeEnabled();
    act(() => fake.emit("network:changed", {}));
    expect(resumes(fake)).toBe(1);
  });

  it("is not retried once the portal has ended it", async () => {
    const { fake, user } = await startOffline();
    fake.fail("resume", new Problem("session_revoked"));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("You have been signed out")).toBeVisible();
    expect(await screen.findByRole("button", { name: "Sign in with Google" })).toBeEnabled();
    act(() => fake.emit("network:changed", {}));
    expect(resumes(fake)).toBe(2);
  });
});

it("refetches failed queries when the network changes", async () => {
  const prepare = (fake: Fake) => fake.fail("overview", new Problem("offline"));
  const { fake } = renderApp({ signedIn: users.admin, prepare });
  await screen.findByRole("button", { name: "Try again" }, patience);
  const before = countCalls(fake, "overview");
  act(() => fake.emit("network:changed", {}));
  await waitFor(() => expect(countCalls(fake, "overview")).toBeGreaterThan(before), patience);
}, 60_000);
