import type { RunStatus, SyncRun } from "../bridge/models";
import { merged, moves } from "../bridge/runs";
import { formatDuration } from "../i18n/format";
import { t } from "../i18n/i18n";
import { StatusChip, type Tone } from "../parts/StatusChip";

const tones: Record<RunStatus, Tone> = {
  queued: "neutral",
  running: "info",
  complete: "ok",
  partial: "warning",
  failed: "error",
  needs_review: "warning",
  discarded: "neutral",
};

export function RunChip({ status }: { status: RunStatus }) {
  return <StatusChip tone={tones[status]} label={t(`words.run.${status}`)} />;
}

/** How long a run took; an en dash while it has not ended. */
export function durationOf({ started_at: from, finished_at: to }: SyncRun): string {
  return formatDuration(from && to ? Date.parse(to) - Date.parse(from) : null);
}

/** A product by the name people know it by. */
export const productName = (product: string): string =>
  product === "heimdal" ? t("sync.product.heimdal") : product;

/**
 * Why a run waits for a decision: customers would go missing or be elsewhere, an admin has remapped fields, or the
 * connection's customer id is that of a known customer.
 */
export const doubt = (run: SyncRun) => {
  if (run.error_code === "fields_remapped") return "remapped";
  if (run.error_code === "account_known") return "account";
  return run.error_code === "too_many_moved" ? "moved" : "missing";
};

/** What a run that waits for a word would change. */
export const wouldChange = (run: SyncRun): string =>
  t(`sync.review.${doubt(run)}.title`, { count: run.would_miss ?? 0 });

/** Counts of what changed say nothing before a run has ended well. */
export const counted = (run: SyncRun, value: number): number | null => (merged(run) ? value : null);

/** What a run has read is true while it reads and where it read everything; of a failed one it says nothing. */
export const sawOf = (run: SyncRun, value: number): number | null =>
  run.status === "failed" || (moves(run) && value === 0) ? null : value;
