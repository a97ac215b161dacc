import Box from "@mui/material/Box";
import type { CustomerField, FieldNotice, FieldType, SyncRun } from "../bridge/models";
import { isUnmapped } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { Section } from "../parts/Section";
import { FieldMapButton } from "./FieldMapButton";

const fieldName = (field: CustomerField) => t(`fields.name.${field}`);
const types = (detail: string) => detail.split(", ").map((type) => t(`fields.type.${type as FieldType}`));

/** The text of a notice about the product's fields. */
export function noticeText({ kind, path, field, count, detail }: FieldNotice): string {
  const words = { path, count, field: field ? fieldName(field) : t("fields.nothing") };
  switch (kind) {
    case "first": {
      const found = t("sync.run.notice.first", words);
      if (!detail) return found;
      const fields = detail.split(", ").map((name) => fieldName(name as CustomerField));
      return `${found} ${t("sync.run.notice.unfilled", { fields: fields.join(", ") })}`;
    }
    case "type_changed": {
      const [from, to] = types(detail);
      return t("sync.run.notice.type_changed", { ...words, from, to });
    }
    case "appeared":
      return t("sync.run.notice.appeared", { ...words, types: types(detail).join(", ") });
    default:
      return t(`sync.run.notice.${kind}`, words);
  }
}

/** The notices of a run about the product's fields, and a link to the field map. */
export function RunNotices({ run, heading }: { run: SyncRun; heading?: "h2" }) {
  if (run.notices.length === 0) return null;
  return (
    <Section title={t("sync.run.fields")} heading={heading}>
      <Box component="ul" sx={{ m: 0, pl: 2.5, fontSize: "0.8125rem", overflowWrap: "anywhere" }}>
        {run.notices.map((notice) => (
          <li key={`${notice.kind} ${notice.path}`}>{noticeText(notice)}</li>
        ))}
      </Box>
      {!isUnmapped(run) && <FieldMapButton run={run} />}
    </Section>
  );
}
