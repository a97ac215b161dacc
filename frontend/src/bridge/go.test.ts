import { afterEach, expect, it, vi } from "vitest";
import { go } from "./go";

/** Puts an App whose method answers into the window, as Wails does. */
function bind(method: string, answer: (...given: unknown[]) => Promise<unknown>) {
  const bound = vi.fn(answer);
  vi.stubGlobal("go", { main: { App: { [method]: bound } } });
  return bound;
}

afterEach(() => vi.unstubAllGlobals());

it("answers empty lists where Go sends null", async () => {
  bind("Clients", async () => ({ items: null, next_cursor: null, total: 0, data_as_of: null }));
  expect(await go.clients({})).toEqual({ items: [], next_cursor: null, total: 0, data_as_of: null });
  bind("Overview", async () => ({ msps: 0, trend: null, attention: null }));
  expect(await go.overview()).toMatchObject({ trend: [], attention: [] });
  bind("Me", async () => ({ user: {}, grant: {}, grants: null, permissions: null, may_invite: null }));
  expect(await go.me()).toMatchObject({ grants: [], permissions: [], may_invite: [] });
  bind("Providers", async () => null);
  expect(await go.providers()).toEqual([]);
});

it("asks for products, fields and history that Go may send as null", async () => {
  bind("Client", async () => ({ id: "1", products: null, fields: null, history: null }));
  expect(await go.client("1")).toMatchObject({ products: [], fields: [], history: [] });
});

it("fills every parameter Go's query has", async () => {
  const bound = bind("Clients", async () => ({ items: [] }));
  await go.clients({ q: "bakery", expires_within: 30, limit: 100 });
  expect(bound).toHaveBeenCalledWith({
    q: "bakery",
    sort: "",
    cursor: "",
    limit: 100,
    status: "",
    type: "",
    msp_id: "",
    expires_within: 30,
  });
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
