import { describe, expect, it } from "vitest";
import { run } from "../bridge/fakeRecords";
import { en } from "../i18n/en";
import { type ConnectionState, connectionState, stateTones } from "./connectionState";

const now = new Date("2026-05-02T12:00:00Z");
const fine = { paused: false, last_run: null, last_complete: "2026-05-02T09:00:00Z", failures_in_a_row: 0 };
const soon = "2026-05-02T12:00:01Z";

/** One row for each state: the connection that has it, its colour and its text. */
const states: Record<ConnectionState, [Parameters<typeof connectionState>[0], string, string]> = {
  fresh: [fine, "ok", "Up to date"],
  syncing: [{ ...fine, last_run: run(1, { status: "running", retry_at: null }) }, "info", "Syncing"],
  waiting: [
    { ...fine, last_run: run(1, { status: "running", retry_at: soon }) },
    "info",
    "Waiting for {{product}}",
  ],
  failing: [{ ...fine, failures_in_a_row: 1 }, "error", "Failing since {{when}}"],
  partial: [{ ...fine, last_run: run(1, { status: "partial" }) }, "warning", "Some MSPs not read"],
  stale: [{ ...fine, last_complete: "2026-05-01T09:00:00Z" }, "warning", "Out of date"],
  paused: [{ ...fine, paused: true }, "neutral", "Paused"],
  review: [{ ...fine, last_run: run(1, { status: "needs_review" }) }, "warning", "Needs review"],
  never: [{ ...fine, last_complete: null }, "neutral", "Not synced yet"],
};

describe("the state of a connection", () => {
  it.each(Object.entries(states))("is %s", (state, [connection, tone, text]) => {
    expect(connectionState(connection, now)).toBe(state);
    expect(stateTones[state as ConnectionState]).toBe(tone);
    expect(en.products.state[state as ConnectionState]).toBe(text);
  });

  it("has a row for each tone", () => {
    expect(Object.keys(states).sort()).toEqual(Object.keys(stateTones).sort());
  });

  it.each([
    ["syncing", run(1, { status: "queued", retry_at: "2026-05-02T12:00:00Z" })],
    ["syncing", run(1, { status: "running", retry_at: "2026-05-02T11:59:00Z" })],
    ["waiting", run(1, { status: "queued", retry_at: soon })],
  ])("is %s where a retry is due or later", (state, last_run) => {
    expect(connectionState({ ...fine, last_run }, now)).toBe(state);
  });

  it("is syncing rather than paused, and in review rather than failing", () => {
    const active = run(1, { status: "running", retry_at: null });
    expect(connectionState({ ...fine, paused: true, last_run: active }, now)).toBe("syncing");
    const reviewed = run(1, { status: "needs_review" });
    expect(connectionState({ ...fine, failures_in_a_row: 1, last_run: reviewed }, now)).toBe("review");
  });
});
