import { links } from "../bridge/links";
import type { Attention } from "../bridge/models";
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

/** The path where the viewer can act on an item; undefined where the role has none. */
export function attentionLink(item: Attention, seesSyncs: boolean): string | undefined {
  if (item.client_id) return links.client(item.client_id);
  if (item.msp_id) return links.msp(item.msp_id);
  if (!seesSyncs) return undefined;
  if (!item.run_id) return links.syncs;
  return item.kind === "needs_review" ? links.syncReview(item.run_id) : links.sync(item.run_id);
}
