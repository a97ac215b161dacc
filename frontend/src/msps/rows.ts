import type { Client, MSP } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import type { ClientsOf } from "./OpenedClients";

/** A row of text among the clients of an expanded MSP. */
export type Note =
  | { kind: "loading" }
  | { kind: "none" }
  | { kind: "failed"; problem: Problem; onRetry: () => void }
  | { kind: "more"; shown: number; total: number; loading: boolean; onMore: () => void };

/** A row of the table: an MSP, a client of an expanded MSP, or a note below it. */
export type Row =
  | { kind: "msp"; id: string; msp: MSP; open: boolean }
  | { kind: "client"; id: string; msp: MSP; client: Client }
  | { kind: "note"; id: string; msp: MSP; note: Note };

/** The customer of a row; undefined for a note. */
export const customerOf = (row: Row): MSP | Client | undefined =>
  row.kind === "msp" ? row.msp : row.kind === "client" ? row.client : undefined;

function noteOf(list: ClientsOf | undefined): Note | undefined {
  if (!list || list.loading) return { kind: "loading" };
  if (list.problem) return { kind: "failed", problem: list.problem, onRetry: list.onRetry };
  if (list.rows.length === 0) return { kind: "none" };
  if (!list.hasMore) return undefined;
  const { onMore, loadingMore, total, rows } = list;
  return { kind: "more", shown: rows.length, total: total ?? rows.length, loading: loadingMore, onMore };
}

/** The MSPs as rows, each expanded one followed by its clients. */
export function rowsOf(msps: MSP[], opened: string[], clients: Record<string, ClientsOf | undefined>): Row[] {
  return msps.flatMap((msp) => {
    const open = opened.includes(msp.id);
    const row: Row = { kind: "msp", id: msp.id, msp, open };
    if (!open) return [row];
    const list = clients[msp.id];
    const below: Row[] = (list?.rows ?? []).map((client) => ({ kind: "client", id: client.id, msp, client }));
    const note = noteOf(list);
    const end: Row[] = note ? [{ kind: "note", id: `${msp.id} ${note.kind}`, msp, note }] : [];
    return [row, ...below, ...end];
  });
}
