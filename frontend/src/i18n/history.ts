import { formatDate, formatNumber } from "./format";
import { t } from "./i18n";

interface Change {
  kind: "added" | "changed" | "missing" | "returned" | "moved" | "removed";
  field: string | null;
  before: string | null;
  after: string | null;
  /** Why a value changed where the product did not change it. */
  reason?: "field_map" | null;
}

const named = [
  "name",
  "type",
  "products",
  "licence_type",
  "spla",
  "seats_used",
  "seats_total",
  "expires_on",
  "status",
  "status_reason",
] as const;
const reasons = ["deleted", "inactive", "disabled", "demo", "licence_expired"] as const;
const statuses = ["active", "missing", "removed", "disabled"] as const;

const fieldName = (field: string): string => {
  const known = named.find((name) => name === field);
  return known ? t(`history.field.${known}`) : field;
};

function shown(field: string, value: string): string {
  if (field === "expires_on") return formatDate(value);
  if (field === "spla")
    return t(`words.yesNo.${value === "true" ? "yes" : value === "false" ? "no" : "unknown"}`);
  const reason = field === "status_reason" && reasons.find((word) => word === value);
  if (reason) return t(`words.reason.${reason}`);
  const status = field === "status" && statuses.find((word) => word === value);
  if (status) return t(`words.customer.${status}`);
  return field.startsWith("seats") && value !== "" && Number.isFinite(Number(value))
    ? formatNumber(Number(value))
    : value;
}

/** What a change was about, and its values before and after, in words; null where there is none. */
export function changeParts({ kind, field, before, after }: Change) {
  if (kind === "moved") return { field: t("history.field.msp"), before, after };
  if (kind !== "changed" || !field) return { field: null, before: null, after: null };
  if (field === "details") return { field: t("history.field.details"), before: null, after: null };
  const said = (value: string | null) => (value === null ? absentWords(field) : shown(field, value));
  return { field: fieldName(field), before: said(before), after: said(after) };
}

/** The text for a value that is absent; null where there is none. */
const absentWords = (field: string): string | null => (field === "spla" ? t("words.yesNo.unknown") : null);

/** One line of a customer's history as a sentence: "Licences purchased changed from 40 to 60". */
export function changeSentence(change: Change): string {
  const what = sentence(change);
  return change.reason ? t("history.because", { what, why: t(`history.reason.${change.reason}`) }) : what;
}

function sentence({ kind, field, before, after }: Change): string {
  if (kind === "moved") {
    if (!after) return t("history.movedDirectly", { before });
    return t(before ? "history.movedTo" : "history.movedUnder", { before, after });
  }
  if (kind !== "changed") return t(`history.${kind}`);
  if (!field || field === "details") return t("history.details");
  if (field === "name" && before && after) return t("history.renamed", { before, after });
  const words = {
    field: fieldName(field),
    before: before ? shown(field, before) : absentWords(field),
    after: after ? shown(field, after) : absentWords(field),
  };
  if (words.before && words.after) return t("history.changedFromTo", words);
  if (field === "status_reason") {
    return words.after ? t("history.disabled", words) : t("history.noLongerDisabled", words);
  }
  return words.after ? t("history.changedTo", words) : t("history.changedFrom", words);
}
