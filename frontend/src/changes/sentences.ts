import type { ListedChange } from "../bridge/models";
import { changeSentence, fieldName } from "../i18n/history";
import { t } from "../i18n/i18n";

/** What changed, as a sentence; for a client that was added, with its licences. */
export function whatChanged(change: ListedChange): string {
  if (change.alike > 1) return manyChanged(change);
  const what = changeSentence(change);
  if (change.kind !== "added" || change.seats_total === null) return what;
  return t("changes.with", { what, more: t("changes.purchased", { count: change.seats_total }) });
}

/** What changed of many alike. A move names the MSPs that the viewer may know, which are the same for all of them. */
function manyChanged(change: ListedChange): string {
  if (change.kind === "moved" || change.field === "details") return changeSentence(change);
  if (change.kind === "changed") return t("changes.many.changed", { field: fieldName(change.field ?? "") });
  if (change.kind === "added") return t("changes.kinds.added");
  return t(`changes.many.${change.kind}`);
}

/** Many alike as a noun: "41 new clients under Alpine". place is the MSSP for a viewer who sees more than one MSP. */
export function manyAlike({ alike: count, kind, msp_name: msp }: ListedChange, mssp: string | null): string {
  const what = t(kind === "added" ? "changes.many.added" : "changes.many.clients", { count });
  if (mssp === null || kind === "moved") return what;
  return msp ? t("changes.many.under", { what, msp }) : t("changes.many.directly", { what, mssp });
}
