import { en } from "./en";
import { formatDate, formatNumber } from "./format";
import { t } from "./i18n";

interface Change {
  kind: keyof typeof en.changes.kinds;
  field: string | null;
  before: string | null;
  after: string | null;
  /** On which side of a move the client was not the viewer's. */
  elsewhere?: "before" | "after" | null;
  /** Why a value changed although the product did not change it. */
  reason?: keyof typeof en.history.reason | null;
}

const hasText = <Texts extends object>(texts: Texts, key: string): key is Extract<keyof Texts, string> =>
  Object.hasOwn(texts, key);

/** The name of a field of a customer. */
export const fieldName = (field: string): string =>
  hasText(en.history.field, field) ? t(`history.field.${field}`) : field;

function shown(field: string, value: string): string {
  if (field === "expires_on") return formatDate(value);
  if (field === "spla")
    return t(`words.yesNo.${value === "true" ? "yes" : value === "false" ? "no" : "unknown"}`);
  if (field === "status_reason" && hasText(en.words.reason, value)) return t(`words.reason.${value}`);
  if (field === "status" && hasText(en.words.status, value)) return t(`words.status.${value}`);
  return field.startsWith("seats") && value !== "" && Number.isFinite(Number(value))
    ? formatNumber(Number(value))
    : value;
}

/** The text for an absent value; null where the field has no such text. */
const absentText = (field: string): string | null => (field === "spla" ? t("words.yesNo.unknown") : null);

/** One change of a customer as a sentence: "Licences purchased changed from 40 to 60". */
export function changeSentence(change: Change): string {
  const what = sentence(change);
  return change.reason ? t("history.because", { what, why: t(`history.reason.${change.reason}`) }) : what;
}

function sentence(change: Change): string {
  const { kind, field, before, after } = change;
  if (change.elsewhere) return elsewhereSentence(change);
  if (kind === "moved") {
    if (!after) return t("history.movedDirectly", { before });
    return t(before ? "history.movedTo" : "history.movedUnder", { before, after });
  }
  if (kind !== "changed") return t(`history.${kind}`);
  if (!field || field === "details") return t("history.details");
  if (field === "name" && before && after) return t("history.renamed", { before, after });
  const words = {
    field: fieldName(field),
    before: before ? shown(field, before) : absentText(field),
    after: after ? shown(field, after) : absentText(field),
  };
  if (words.before && words.after) return t("history.changedFromTo", words);
  if (field === "status_reason") {
    return words.after ? t("history.disabled", words) : t("history.noLongerDisabled", words);
  }
  return words.after ? t("history.changedTo", words) : t("history.changedFrom", words);
}

/** A change of a client that came to the viewer's MSP, whose value before is not shown, or that left it. */
function elsewhereSentence({ kind, field, before, after, elsewhere }: Change): string {
  if (kind === "moved") return elsewhere === "before" ? t("history.came") : t("history.left", { before });
  if (kind !== "changed" || !field) return sentence({ kind, field, before, after });
  if (field === "status_reason") {
    return after ? t("history.disabled", { after: shown(field, after) }) : t("history.notDisabled");
  }
  const words = { field: fieldName(field), after: after ? shown(field, after) : absentText(field) };
  return words.after ? t("history.changedTo", words) : t("history.notSent", words);
}
