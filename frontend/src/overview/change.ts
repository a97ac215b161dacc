import type { TrendDay } from "../bridge/models";
import { formatChange } from "../i18n/format";
import { t } from "../i18n/i18n";

const maxDays = 30;

/** The change of a figure over the last days: "+12 in 30 days". Undefined for no change, or without data to compare. */
export function changeOver(trend: TrendDay[], value: (day: TrendDay) => number | null): string | undefined {
  const days = Math.min(maxDays, trend.length - 1);
  const now = trend.at(-1);
  const then = trend.at(-1 - days);
  if (days < 1 || !now || !then) return undefined;
  const [before, after] = [value(then), value(now)];
  if (before === null || after === null) return undefined;
  const change = after - before;
  return change === 0
    ? undefined
    : t("overview.figure.change", { change: formatChange(change), count: days });
}
