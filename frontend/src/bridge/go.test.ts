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
  const page = { next_cursor: null, total: 0, data_as_of: null, has_expiry: false };
  bind("Clients", async () => ({ ...page, items: null }));
  expect(await go.clients({})).toEqual({ ...page, items: [] });
  bind("Overview", async () => ({ msps: 0, products: null, trend: null, attention: null }));
  expect(await go.overview()).toMatchObject({ products: [], trend: [], attention: [] });
  bind("ClientFacets", async () => ({ types: null, licence_types: null }));
  expect(await go.clientFacets()).toEqual({ types: [], licence_types: [] });
  bind("MSPFacets", async () => ({ types: ["RESELLER"], licence_types: null }));
  expect(await go.mspFacets()).toEqual({ types: ["RESELLER"], licence_types: [] });
  bind("Me", async () => ({ user: {}, grant: {}, grants: null, permissions: null, may_invite: null }));
  expect(await go.me()).toMatchObject({ grants: [], permissions: [], may_invite: [] });
  bind("Providers", async () => null);
  expect(await go.providers()).toEqual([]);
});

it("asks for products, fields and history that Go may send as null", async () => {
  bind("Client", async () => ({ id: "1", products: null, fields: null, history: null }));
  expect(await go.client("1")).toMatchObject({ products: [], fields: [], history: [] });
});

it("passes the filters of a list to Go, and nothing else", async () => {
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
