import { afterEach, describe, expect, it, vi } from "vitest";
import { go } from "./go";

/** Binds a method of App to the window, as Wails does. */
function bind(method: string, result: (...given: unknown[]) => Promise<unknown>) {
  const bound = vi.fn(result);
  vi.stubGlobal("go", { main: { App: { [method]: bound } } });
  return bound;
}

afterEach(() => vi.unstubAllGlobals());

describe("a call of Go", () => {
  it("passes the filter of a list and nothing else", async () => {
    const bound = bind("Clients", async () => ({ items: [] }));
    await go.clients({ q: "bakery", seats_total: "5..", limit: 100 });
    expect(bound).toHaveBeenCalledWith({ q: "bakery", seats_total: "5..", limit: 100 });
  });

  it("names the connection to sync, or none", async () => {
    const bound = bind("StartSync", async () => ({ id: "r" }));
    await go.startSync("c");
    await go.startSync();
    expect(bound.mock.calls).toEqual([["c"], [""]]);
  });

  it("rejects with a Problem", async () => {
    bind("SignOut", () => Promise.reject({ code: "offline", message: "No network." }));
    await expect(go.signOut()).rejects.toMatchObject({ name: "Problem", code: "offline" });
  });
});
