// Which queries of views the fake accepts: the parameters of a list, each with a value that the list itself accepts.

import { clientSorts, inviteStatuses, mspSorts, roles, userSorts, userStatuses } from "./enums";
import { clientFilterNames, mspFilterNames } from "./fakeFilters";
import { limits } from "./limits";
import type { ViewList } from "./models";
import { Problem } from "./problem";

type Call = (query: Record<string, string | number>) => unknown;

/** The calls that read the lists, which throw invalid for a wrong value. */
export type ListCalls = Record<ViewList, Call>;

interface Rules {
  filters: string[];
  sorts?: readonly string[];
}

const rules: Record<ViewList, Rules> = {
  clients: {
    filters: [...clientFilterNames, "group"],
    sorts: clientSorts,
  },
  msps: {
    filters: mspFilterNames,
    sorts: mspSorts,
  },
  changes: { filters: ["since", "until", "kind", "field", "msp_id", "run_id", "group_id", "customer_id"] },
  users: {
    filters: ["q", "role", "status", "msp_id"],
    sorts: userSorts,
  },
  invites: { filters: ["q", "status"] },
};

const isDay = (value: string) => /^\d{4}-\d\d-\d\d$/.test(value);
const isID = (value: string) => /^[0-9a-f-]{36}$/i.test(value);

/** The values of parameters that the fake's own lists do not check. */
const known: Partial<Record<ViewList, Record<string, (value: string) => boolean>>> = {
  clients: { group: (value) => value === "msp" },
  users: {
    role: (value) => roles.some((role) => role === value),
    status: (value) => userStatuses.some((status) => status === value),
    msp_id: isID,
  },
  changes: {
    msp_id: (value) => value === "none" || isID(value),
    run_id: isID,
    group_id: isID,
    customer_id: isID,
  },
  invites: { status: (value) => (inviteStatuses as readonly string[]).includes(value) },
};

const wrong = (message: string) => new Problem("invalid", { field: "query", message });

const readable = (query: string) => !/%(?![0-9a-f]{2})|;/i.test(query);

function checkSort(sort: string, sorts: readonly string[]) {
  const terms = sort.split(",");
  if (terms.length > limits.sorts) throw wrong(`Sort by ${limits.sorts} fields at most.`);
  const unknown = terms.find((term) => !sorts.includes(term.replace(/^-/, "")));
  if (unknown !== undefined) throw wrong(`This list cannot be sorted by "${unknown}".`);
}

function checkColumns(value: string) {
  const columns = value.split(",");
  const names = columns.map((column) => column.replace(/:.*/, ""));
  if (columns.length > limits.viewColumns) throw wrong(`columns has at most ${limits.viewColumns} names.`);
  if (
    new Set(names).size < names.length ||
    columns.some((column) => !/^[a-z][a-z0-9_]{0,39}(:[1-9][0-9]{1,3})?$/.test(column))
  ) {
    throw wrong("columns are names, each once and with or without a width: name,status:120.");
  }
}

/** Throws invalid with the field query, as the API does, if it is no query of the list. */
export function checkViewQuery(lists: ListCalls, list: ViewList, query: string): void {
  if ([...query].length > limits.viewQuery)
    throw wrong(`The query of a view has at most ${limits.viewQuery} characters.`);
  if (!readable(query))
    throw wrong("The query of a view is one of an address, such as status=active&sort=-name.");
  const { filters, sorts } = rules[list];
  const names = [...filters, ...(sorts ? ["sort"] : []), "columns"];
  const values = new Map<string, string>();
  const pairs = query.replace(/^\?/, "%3F").split("&").filter(Boolean);
  for (const [name, value] of new URLSearchParams(pairs.join("&"))) {
    if (values.has(name) || value === "" || value.includes("\0")) {
      throw wrong(`The parameter "${name}" needs one value.`);
    }
    values.set(name, value);
  }
  const unknown = [...values.keys()].filter((name) => !names.includes(name)).sort()[0];
  if (unknown !== undefined)
    throw wrong(`This list has no parameter "${unknown}"; it has ${names.join(", ")}.`);
  checkValues(lists, list, values);
  checkSort(values.get("sort") ?? "name", sorts ?? ["name"]);
  checkColumns(values.get("columns") ?? "name");
}

function checkValues(lists: ListCalls, list: ViewList, values: Map<string, string>) {
  const { columns: _, sort: __, ...filter } = Object.fromEntries(values);
  const [since, until] = [filter.since ?? "", filter.until ?? ""];
  if ((filter.q?.length ?? 0) > limits.search) throw wrong(`q has at most ${limits.search} characters.`);
  if (isDay(since) && isDay(until) && until < since) throw wrong("until must be later than since.");
  for (const [name, accepts] of Object.entries(known[list] ?? {})) {
    if (filter[name] !== undefined && !accepts(filter[name])) throw wrong(`${name} has no such value.`);
  }
  for (const [name, value] of Object.entries(filter)) {
    try {
      lists[list]({ [name]: value, limit: 1 });
    } catch (problem) {
      if (problem instanceof Problem && problem.code === "invalid") throw wrong(problem.message);
      throw problem;
    }
  }
}
