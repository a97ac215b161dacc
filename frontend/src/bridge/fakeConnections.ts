// The connection calls of the fake. API keys are never returned, and what a product refuses is not saved.

import { type FakeConnection, heimdalURL } from "./fakeRecords";
import type { World } from "./fakeWorld";
import { limits } from "./limits";
import type {
  ConnectionChange,
  ConnectionItem,
  Connections,
  ConnectionTest,
  ConnectionTrial,
  Me,
  NewConnection,
  SyncRun,
} from "./models";
import { Problem } from "./problem";
import { isActive, isMerged } from "./runs";

interface Tools {
  world: World;
  need: (permission: Me["permissions"][number]) => Me;
  queue: (connectionID: string) => SyncRun;
}

type Proposal = Required<NewConnection>;

const wrong = (field: string, message: string) => new Problem("invalid", { field, message });

const refusals: { code: string; field: string; of: (p: Proposal) => boolean; detail: string }[] = [
  {
    code: "bad_key",
    field: "api_key",
    of: ({ api_key }) => api_key.startsWith("wrong"),
    detail: "Heimdal does not accept the API key. Make a new one in its dashboard and enter it here.",
  },
  {
    code: "wrong_customer",
    field: "customer_id",
    of: ({ customer_id }) => customer_id === "1",
    detail: "Heimdal returned another customer than 1. Check the customer id.",
  },
  {
    code: "unreachable",
    field: "base_url",
    of: ({ base_url }) => base_url.includes("nowhere"),
    detail: "This address does not respond. Check the base URL.",
  },
];

export function fakeConnections({ world, need, queue }: Tools) {
  function toItem(saved: FakeConnection): ConnectionItem {
    const runs = world.runs.filter((run) => run.connection_id === saved.id);
    const last = runs[0] ?? null;
    const complete = runs.findIndex(isMerged);
    const before = complete < 0 ? runs : runs.slice(0, complete);
    const busy = last !== null && isActive(last);
    const next = Date.parse(last?.created_at ?? saved.created_at) + 6 * 3_600_000;
    return {
      ...saved,
      product_name: world.products.find(({ id }) => id === saved.product)?.name ?? saved.product,
      last_run: last,
      last_complete: runs[complete]?.finished_at ?? null,
      failures_in_a_row: before.filter(({ status }) => status === "failed").length,
      next_run_at: saved.paused || busy ? null : new Date(next).toISOString(),
    };
  }

  function checkHarmless(names: string[]): string[] {
    const kept = [...new Set(names.map((name) => name.trim()))];
    if (kept.some((name) => name === "" || name.length > limits.harmlessName)) {
      throw wrong("harmless", `A harmless name must have 1 to ${limits.harmlessName} printable characters.`);
    }
    if (kept.length > limits.harmlessNames)
      throw wrong("harmless", `At most ${limits.harmlessNames} names can be harmless.`);
    return kept;
  }

  function check(p: Proposal) {
    if (!world.products.some(({ id }) => id === p.product))
      throw wrong("product", "There is no such product.");
    if (!/^\d+$/.test(p.customer_id)) throw wrong("customer_id", "A customer id is a number.");
    if (!/^https:\/\/[^/]+\.[^/]+/.test(p.base_url)) {
      throw wrong("base_url", "The base URL must begin with https://.");
    }
    if (p.api_key.length < 8) throw wrong("api_key", "An API key has at least 8 characters.");
  }

  function test(p: Proposal): ConnectionTest {
    check(p);
    const refusal = refusals.find(({ of }) => of(p));
    if (!refusal) return { ok: true, customers: 636 };
    return { ok: false, code: refusal.code, detail: refusal.detail, customers: null };
  }

  function mustAccept(p: Proposal) {
    const { ok, code, detail } = test(p);
    const field = refusals.find((refusal) => refusal.code === code)?.field;
    if (!ok)
      throw new Problem("product_refused", { ...(detail && { message: detail }), ...(field && { field }) });
  }

  const proposed = (n: ConnectionTrial): Proposal => ({
    product: n.product ?? "",
    customer_id: n.customer_id?.trim() ?? "",
    base_url: n.base_url?.trim() || heimdalURL,
    api_key: n.api_key?.trim() ?? "",
  });

  function saved(id: string): FakeConnection {
    const found = world.connections.find((one) => one.id === id);
    if (!found) throw new Problem("not_found", { message: "No such connection." });
    return found;
  }

  function changed(id: string, to: ConnectionChange | ConnectionTrial): Proposal {
    const was = saved(id);
    const moved = to.base_url !== undefined && to.base_url !== "" && to.base_url.trim() !== was.base_url;
    if (moved && !to.api_key) {
      throw wrong(
        "api_key",
        "Another base URL needs the API key again: the stored one is sent to no other address.",
      );
    }
    return {
      product: was.product,
      customer_id: to.customer_id?.trim() || was.customer_id,
      base_url: to.base_url?.trim() || was.base_url,
      api_key: to.api_key?.trim() || `stored-${was.api_key_last4}`,
    };
  }

  function mustBeNew({ product, customer_id }: Proposal, except?: string) {
    const other = (one: FakeConnection) =>
      one.id !== except && one.product === product && one.customer_id === customer_id;
    if (!world.connections.some(other)) return;
    throw new Problem("conflict", {
      field: "customer_id",
      message: `This MSSP has ${product} customer ${customer_id} already.`,
    });
  }

  return {
    list: (): Connections => {
      need("manage_products");
      return structuredClone({ items: world.connections.map(toItem), products: world.products });
    },
    test: (trial: ConnectionTrial): ConnectionTest => {
      need("manage_products");
      return test(trial.id ? changed(trial.id, trial) : proposed(trial));
    },
    create: (wanted: NewConnection): ConnectionItem => {
      need("manage_products");
      const p = proposed(wanted);
      mustAccept(p);
      mustBeNew(p);
      const { api_key, ...rest } = p;
      const made = {
        ...rest,
        id: crypto.randomUUID(),
        api_key_last4: api_key.slice(-4),
        paused: false,
        account: null,
        harmless: [],
        created_at: new Date().toISOString(),
      };
      world.connections = [...world.connections, made];
      queue(made.id);
      return toItem(made);
    },
    change: (id: string, change: ConnectionChange): ConnectionItem => {
      need("manage_products");
      const was = saved(id);
      if (Object.keys(change).length === 0) throw wrong("paused", "Say what to change.");
      const tried = change.customer_id ?? change.base_url ?? change.api_key;
      const { api_key, ...p } = changed(id, change);
      if (tried !== undefined) {
        mustAccept({ ...p, api_key });
        mustBeNew({ ...p, api_key }, id);
      }
      const last4 = change.api_key ? change.api_key.trim().slice(-4) : was.api_key_last4;
      const harmless = change.harmless ? checkHarmless(change.harmless) : was.harmless;
      const next = { ...was, ...p, api_key_last4: last4, paused: change.paused ?? was.paused, harmless };
      world.connections = world.connections.map((one) => (one.id === id ? next : one));
      if (tried !== undefined && !next.paused) queue(id);
      return toItem(next);
    },
  };
}
