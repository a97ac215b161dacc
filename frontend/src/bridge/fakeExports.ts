// The exports of the fake: files in memory, as CSV whatever the format.

import type { fakeCustomers } from "./fakeCustomers";
import { limits } from "./limits";
import type {
  Client,
  ClientFilter,
  Events,
  Exported,
  ExportOptions,
  Me,
  MSP,
  MSPExportOptions,
  MSPFilter,
  Sort,
} from "./models";
import { Problem } from "./problem";

/** A file that an export has saved. */
export interface SavedFile {
  name: string;
  columns: string[];
  rows: Row[];
}

/** direct: the line before the clients directly under the MSSP. */
type Row = MSP | Client | { id: "direct"; name: string; clients: number };

interface Tools {
  customers: ReturnType<typeof fakeCustomers>;
  need: (permission: Me["permissions"][number]) => Me;
  /** IT's policy. */
  allowed: () => boolean;
  emit: (progress: Events["export:progress"]) => void;
}

/** As portal.MaxExportIDs. */

/** Whether a row is selected. */
const isChosen = ({ ids, except = false }: ExportOptions, id: string) => !ids || except !== ids.includes(id);

const everything = { limit: 10_000_000 };

export function fakeExports({ customers, need, allowed, emit }: Tools) {
  const state = {
    saved: [] as SavedFile[],
    /** Where set, an export waits half-way until it is cancelled or finishExport is called. */
    hold: false,
  };
  let running: { finish: () => void; cancel: () => void } | null = null;

  async function save(list: string, rows: Row[], options: ExportOptions, asOf: string | null) {
    need("export");
    if (!allowed()) {
      throw new Problem("policy", { message: "Your organisation does not allow exports on this computer." });
    }
    if (running) {
      throw new Problem("conflict", {
        message: "Another export is still running. Wait for its end, or cancel it.",
      });
    }
    if (options.ids && options.ids.length > limits.exportIDs) {
      throw new Problem("invalid", {
        message: "A selection has at most 10000 rows. Select all, or use a filter.",
      });
    }
    const chosen = rows.filter(({ id }) => isChosen(options, id));
    emit({ rows: Math.floor(chosen.length / 2), total: chosen.length, bytes: chosen.length * 50 });
    if (state.hold) await wait();
    const name = `${list}${asOf ? `-${asOf.slice(0, 10)}` : ""}.${options.format}`;
    state.saved.push({ name, columns: options.columns, rows: chosen });
    const exported: Exported = {
      name,
      folder: "/home/ada/Documents",
      rows: chosen.length,
      data_as_of: asOf ?? new Date().toISOString(),
    };
    return exported;
  }

  /** The clients directly under the MSSP, which only its users see, after a line that says so. */
  function direct(clients: Client[]): Row[] {
    const { grant } = need("export");
    if (grant.scope.level !== "mssp" || clients.length === 0) return [];
    return [{ id: "direct", name: `Directly under ${grant.mssp}`, clients: clients.length }, ...clients];
  }

  const wait = () =>
    new Promise<void>((resolve, reject) => {
      running = {
        finish: resolve,
        cancel: () => reject(new Problem("cancelled", { message: "Cancelled." })),
      };
    }).finally(() => {
      running = null;
    });

  return {
    state,
    finish: () => running?.finish(),
    cancelExport: () => running?.cancel(),
    exportClients: (query: ClientFilter & Sort, options: ExportOptions, asOf: string | null) =>
      save("clients", customers.clients({ ...query, ...everything }).items, options, asOf),
    exportMSPs: (query: MSPFilter & Sort, options: MSPExportOptions, asOf: string | null) => {
      const found = customers.msps({ ...query, ...everything }).items;
      if (!options.withClients) return save("msps", found, options, asOf);
      const { ids: _, ...rest } = options;
      const clientsOf = (msp_id: string) => customers.clients({ msp_id, ...everything }).items;
      const rows = found
        .filter(({ id }) => isChosen(options, id))
        .flatMap((msp): Row[] => [msp, ...clientsOf(msp.id)]);
      const { sort: _sort, ...filter } = query;
      const whole = !options.ids && Object.values(filter).every((value) => !value);
      return save("msps-with-clients", whole ? [...rows, ...direct(clientsOf("none"))] : rows, rest, asOf);
    },
  };
}
