// What needs attention among MSPs and clients: of each kind the first six, as the API lists them.
import { dayFromNow } from "./fakeBasics";
import type { Attention, Client, MSP } from "./models";

const each = 6;
const soon = 30;

const none = { msp_id: null, client_id: null, run_id: null, detail: "", at: null, count: null, since: null };

const about = (
  client: Client,
  over: Pick<Attention, "kind" | "severity"> & Partial<Attention>,
): Attention => ({
  ...none,
  name: client.name,
  msp_id: client.msp_id,
  client_id: client.id,
  ...over,
});

/** By how many licences a client exceeds those it has purchased; null where a figure is unknown. */
export const seatsOver = ({ seats_used: used, seats_total: total }: Client): number | null =>
  used === null || total === null ? null : used - total;

const end = ({ expires_on: on }: Client) => on ?? "";
const overOf = (client: Client) => seatsOver(client) ?? 0;

/** The items of the customers in a scope; without MSPs for viewers who see only one. */
export function attentionOf(clients: Client[], msps: MSP[]): Attention[] {
  const active = clients.filter(({ status }) => status === "active");
  const today = dayFromNow(0);
  const expired = active.filter((client) => client.expires_on !== null && end(client) < today);
  const ending = active.filter((client) => end(client) >= today && end(client) <= dayFromNow(soon));
  const exceeded = active.filter((client) => overOf(client) > 0);
  const missing = clients.filter(({ status }) => status === "missing");
  const idle = msps.filter((msp) => msp.status === "active" && msp.clients === 0);
  const first = (items: Client[], by: (a: Client, b: Client) => number) => items.toSorted(by).slice(0, each);
  return [
    ...first(expired, (a, b) => end(b).localeCompare(end(a))).map((client) =>
      about(client, { kind: "licence_expired", severity: "error", at: client.expires_on }),
    ),
    ...first(exceeded, (a, b) => overOf(b) - overOf(a)).map((client) =>
      about(client, {
        kind: "seats_exceeded",
        severity: "warning",
        detail: `${client.seats_used}/${client.seats_total}`,
      }),
    ),
    ...first(ending, (a, b) => end(a).localeCompare(end(b))).map((client) =>
      about(client, { kind: "licence_expiring", severity: "warning", at: client.expires_on }),
    ),
    ...idle.slice(0, each).map(
      (msp): Attention => ({
        ...none,
        kind: "msp_without_clients",
        severity: "info",
        msp_id: msp.id,
        name: msp.name,
      }),
    ),
    ...first(missing, (a, b) => b.last_seen_at.localeCompare(a.last_seen_at)).map((client) =>
      about(client, { kind: "client_missing", severity: "info", at: client.last_seen_at.slice(0, 10) }),
    ),
  ];
}
