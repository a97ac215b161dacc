import { createContext, useContext, useState } from "react";

/** What can be selected in a table. */
export interface SelectOptions<Row> {
  /** The filter; another one clears the selection. */
  key: string;
  /** The name of a row, for its checkbox. */
  nameOf: (row: Row) => string;
}

/** Rows of a list: these, or all but these. */
export interface ChosenRows {
  ids: string[];
  except: boolean;
}

export interface Selection<Row> {
  /** The selected rows that are loaded, in the order of the list. */
  rows: Row[];
  /** The selected rows, loaded or not; undefined for every row of the list. */
  chosen: ChosenRows | undefined;
  /** Whether every loaded row is selected. */
  allLoaded: boolean;
  count: number;
  has: (id: string) => boolean;
  /** Whether a row can be selected. */
  takes: (id: string) => boolean;
  nameOf: (row: Row) => string;
  /** range: also the rows from the one toggled last. */
  toggle: (id: string, range: boolean) => void;
  selectLoaded: () => void;
  selectAll: () => void;
  clear: () => void;
}

interface State {
  key: string;
  /** The selected rows; where all are selected, those that are left out. */
  ids: ReadonlySet<string>;
  all: boolean;
  /** The row that was toggled last. */
  anchor: string | undefined;
}

interface List<Row> {
  /** The loaded rows that can be selected. */
  items: Row[];
  total: number | null;
}

/** The selection of a table, which more rows and a refresh leave as it is; undefined where nothing can be selected. */
export function useSelection<Row extends { id: string }>(
  options: SelectOptions<Row> | undefined,
  { items, total }: List<Row>,
): Selection<Row> | undefined {
  const key = options?.key ?? "";
  const none: State = { key, ids: new Set(), all: false, anchor: undefined };
  const [kept, setState] = useState(none);
  if (kept.key !== key) setState(none);
  if (!options) return undefined;
  const { all, ids, anchor } = kept.key === key ? kept : none;
  const has = (id: string) => all !== ids.has(id);
  const rows = items.filter(({ id }) => has(id));
  /** Selects these rows as well, or leaves them out. */
  const change = (changed: string[], on: boolean, last: string | undefined) => {
    const next = new Set(ids);
    for (const one of changed) {
      if (on === all) next.delete(one);
      else next.add(one);
    }
    setState({ key, ids: next, all, anchor: last });
  };
  return {
    rows,
    chosen: chosenRows(all, all ? [...ids] : rows.map(({ id }) => id)),
    allLoaded: items.length > 0 && rows.length === items.length,
    count: all ? Math.max((total ?? 0) - ids.size, rows.length) : rows.length,
    has,
    takes: (id) => items.some((item) => item.id === id),
    nameOf: options.nameOf,
    toggle: (id, range) => change(range ? between(items, anchor, id) : [id], !has(id), id),
    selectLoaded: () =>
      change(
        items.map(({ id }) => id),
        true,
        anchor,
      ),
    selectAll: () => setState({ key, ids: new Set(), all: true, anchor }),
    clear: () => setState(none),
  };
}

const chosenRows = (except: boolean, ids: string[]): ChosenRows | undefined =>
  except && ids.length === 0 ? undefined : { ids, except };

/** The ids of the rows from one to another, in either direction; only the second where the first is not loaded. */
function between(items: { id: string }[], from: string | undefined, to: string): string[] {
  const first = items.findIndex(({ id }) => id === from);
  const last = items.findIndex(({ id }) => id === to);
  if (first < 0) return [to];
  return items.slice(Math.min(first, last), Math.max(first, last) + 1).map(({ id }) => id);
}

// biome-ignore lint/suspicious/noExplicitAny: the cells know their rows
const Context = createContext<Selection<any> | undefined>(undefined);

export const SelectionProvider = Context.Provider;

/** The selection of the table around. */
export const useTableSelection = () => useContext(Context);
