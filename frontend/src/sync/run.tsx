import type { RunStatus, SyncRun } from "../bridge/models";
import { isActive, isMerged } from "../bridge/runs";
import { formatDuration } from "../i18n/format";
import { t } from "../i18n/i18n";
import { StatusChip, type Tone } from "../parts/StatusChip";

export const runTones: Record<RunStatus, Tone> = {
  queued: "neutral",
  running: "info",
  complete: "ok",
  partial: "warning",
  failed: "error",
  needs_review: "warning",
  discarded: "neutral",
};

export function RunChip({ status }: { status: RunStatus }) {
  return <StatusChip tone={runTones[status]} label={t(`words.run.${status}`)} />;
}

/** The duration of a run; an en dash before its end. */
export function durationOf({ started_at: from, finished_at: to }: SyncRun): string {
  return formatDuration(from && to ? Date.parse(to) - Date.parse(from) : null);
}

/** The name of the product of a run; its id where an older API sends no name. */
export const productName = ({ product, product_name }: Pick<SyncRun, "product" | "product_name">): string =>
  product_name || product;

/** Who or what started a run: the name of the user, or "User" where it is not known. */
export const startedBy = ({ trigger, requester_name: name }: SyncRun): string =>
  name || t(`sync.trigger.${trigger}`);

/**
 * The reason of a review: customers would go missing or move, an administrator has remapped fields, or the customer id
 * of the connection is that of a known customer.
 */
export const reviewKind = (run: SyncRun) => {
  if (run.error_code === "fields_remapped") return "remapped";
  if (run.error_code === "account_known") return "account";
  return run.error_code === "too_many_moved" ? "moved" : "missing";
};

/** What a run in review would change. */
export const reviewTitle = (run: SyncRun): string =>
  t(`sync.review.${reviewKind(run)}.title`, { count: run.would_miss ?? 0 });

/** A count of changes; null for a run that was not merged. */
export const changeCount = (run: SyncRun, value: number): number | null => (isMerged(run) ? value : null);

/** A count of what was read; null for a failed run, and for a running one before its first customer. */
export const readCount = (run: SyncRun, value: number): number | null =>
  run.status === "failed" || (isActive(run) && value === 0) ? null : value;
