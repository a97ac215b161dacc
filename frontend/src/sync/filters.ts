import { runStatuses, runTriggers } from "../bridge/enums";
import type { SyncFilter } from "../bridge/models";
import { t } from "../i18n/i18n";
import { daysFilter, type FilterTable, optionFilter } from "../parts/filters";

/** Every filter of the list of runs, in the order of its chips. */
export const runFilters: FilterTable<SyncFilter> = {
  status: optionFilter(
    () => t("sync.column.status"),
    [...runStatuses],
    (status) => t(`words.run.${status}`),
  ),
  connection_id: {
    name: () => t("sync.column.connection"),
    parse: (text) => (/^[0-9a-f-]{36}$/i.test(text) ? text : undefined),
    label: () => t("sync.thisConnection"),
    choice: { kind: "other" },
  },
  started_at: daysFilter(() => t("sync.column.started")),
  trigger: optionFilter(
    () => t("sync.column.trigger"),
    [...runTriggers],
    (trigger) => t(`sync.trigger.${trigger}`),
  ),
};
