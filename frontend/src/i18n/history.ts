import { formatDate, formatNumber } from "./format";
import { t } from "./i18n";

interface Change {
  kind: "added" | "changed" | "missing" | "returned" | "moved" | "removed";
  field: string | null;
  before: string | null;
  after: string | null;
}

const named = ["name", "type", "products", "seats_used", "seats_total", "expires_on"] as const;

const fieldName = (field: string): string => {
  const known = named.find((name) => name === field);
  return known ? t(`history.field.${known}`) : field;
};

function shown(field: string, value: string): string {
  if (field === "expires_on") return formatDate(value);
  return field.startsWith("seats") && value !== "" && Number.isFinite(Number(value))
    ? formatNumber(Number(value))
    : value;
}

/** What a change was about, and its values before and after, in words; null where there is none. */
export function changeParts({ kind, field, before, after }: Change) {
  if (kind === "moved") return { field: t("history.field.msp"), before, after };
  if (kind !== "changed" || !field) return { field: null, before: null, after: null };
  if (field === "details") return { field: t("history.field.details"), before: null, after: null };
  const said = (value: string | null) => (value === null ? null : shown(field, value));
  return { field: fieldName(field), before: said(before), after: said(after) };
}

/** One line of a customer's history as a sentence: "Seats changed from 40 to 60". */
export function changeSentence({ kind, field, before, after }: Change): string {
  if (kind === "moved") {
    if (!after) return t("history.movedDirectly", { before });
    return t(before ? "history.movedTo" : "history.movedUnder", { before, after });
  }
  if (kind !== "changed") return t(`history.${kind}`);
  if (!field || field === "details") return t("history.details");
  if (field === "name" && before && after) return t("history.renamed", { before, after });
  const words = {
    field: fieldName(field),
    before: before && shown(field, before),
    after: after && shown(field, after),
  };
  if (words.before && words.after) return t("history.changedFromTo", words);
  return words.after ? t("history.changedTo", words) : t("history.changedFrom", words);
}
