import type { Attention, Overview } from "../bridge/models";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";

const seats = /^(\d+)\/(\d+)$/;

type AttentionFields = Pick<Attention, "kind" | "detail"> & { count?: number | null };

/** The text of an item; its time is shown after it. */
export function attentionText({ kind, detail, count = null }: AttentionFields): string {
  if (kind === "needs_review") {
    return count === null
      ? t("overview.attention.needs_review")
      : t("overview.attention.needs_reviewOf", { count });
  }
  if (kind === "sync_stale" && detail === "paused") return t("overview.attention.sync_paused");
  if (kind === "sync_partial" && detail && count !== null) {
    return t("overview.attention.sync_partialOf", { count, detail });
  }
  if (kind === "sync_failed" && detail && count !== null && count > 1) {
    return t("overview.attention.sync_failedRow", { count, detail });
  }
  if (kind === "sync_failed" && detail) return t("overview.attention.sync_failedWhy", { detail });
  if (kind === "fields_changed" && count !== null) {
    return t(detail === "first" ? "overview.attention.fields_first" : "overview.attention.fields_changedOf", {
      count,
    });
  }
  const [, used, total] = (kind === "seats_exceeded" && seats.exec(detail)) || [];
  if (used && total) {
    return t("overview.attention.seats_exceededOf", { used: Number(used), total: Number(total) });
  }
  return t(`overview.attention.${kind}`);
}

/** The id of the client, else of the MSP, that an item is about; undefined for a sync. */
export const subjectOf = (item: Attention): string | undefined => item.client_id ?? item.msp_id ?? undefined;

/** The path where the viewer can act on an item; undefined where the role has none. */
export function attentionPath(item: Attention, seesSyncs: boolean): string | undefined {
  if (item.client_id) return paths.client(item.client_id);
  if (item.msp_id) return paths.msp(item.msp_id);
  if (!seesSyncs) return undefined;
  if (!item.run_id) return paths.syncs;
  return item.kind === "needs_review" ? paths.syncReview(item.run_id) : paths.sync(item.run_id);
}

/** The kinds whose items have a list, most harmful first. */
export const listedKinds = [
  "licence_expired",
  "seats_exceeded",
  "licence_expiring",
  "msp_without_clients",
  "client_missing",
] as const;

export type ListedKind = (typeof listedKinds)[number];

/** How many items of a kind there are, of which the overview has the first few. */
export const countOf: Record<ListedKind, (overview: Overview) => number> = {
  licence_expired: (overview) => overview.expired ?? 0,
  seats_exceeded: (overview) => overview.seats_exceeded,
  licence_expiring: (overview) => overview.expiring_soon ?? 0,
  msp_without_clients: (overview) => overview.msps_without_clients,
  client_missing: (overview) => overview.clients_missing,
};

/** The path of the list of exactly the items of a kind, in their order. */
export const listOf: Record<ListedKind, string> = {
  licence_expired: paths.clients({ expires_on: "expired", sort: "-expires_on" }),
  seats_exceeded: paths.clients({ status: "active", seats_exceeded: "yes", sort: "-seats_over" }),
  licence_expiring: paths.clients({ expires_on: "30d", sort: "expires_on" }),
  msp_without_clients: paths.msps({ status: "active", clients: "0" }),
  client_missing: paths.clients({ status: "missing", sort: "-last_seen_at" }),
};
