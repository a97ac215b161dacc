import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { Link as RouterLink } from "react-router";
import type { ConnectionItem, FieldMap } from "../bridge/models";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";
import { reviewTitle } from "./run";

/** The state of saved changes of a field map until a sync has used them. */
export function FieldMapStatus({
  map,
  connection,
}: {
  map: FieldMap;
  connection: ConnectionItem | undefined;
}) {
  const run = connection?.last_run;
  if (run?.status === "needs_review") {
    return (
      <Alert
        severity="warning"
        action={<LinkButton to={paths.syncReview(run.id)} text={t("sync.waiting.open")} />}
      >
        <strong>{t("sync.waiting.title", { what: reviewTitle(run) })}.</strong> {t("sync.waiting.text")}
      </Alert>
    );
  }
  if (!hasSavedChanges(map)) return null;
  return (
    <Alert severity="info" action={<LinkButton to={paths.syncs} text={t("fields.saving.open")} />}>
      {t("fields.saving.waits")}
    </Alert>
  );
}

/** Whether the map has saved changes that no sync has used yet. */
export const hasSavedChanges = (map: FieldMap) => map.items.some(({ pending }) => pending);

function LinkButton({ to, text }: { to: string; text: string }) {
  return (
    <Button variant="text" color="inherit" component={RouterLink} to={to}>
      {text}
    </Button>
  );
}
