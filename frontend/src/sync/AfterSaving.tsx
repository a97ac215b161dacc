import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { Link } from "react-router";
import { links } from "../bridge/links";
import type { ConnectionItem, FieldMap } from "../bridge/models";
import { t } from "../i18n/i18n";
import { wouldChange } from "./run";

/** How it goes on with changes of a field map that were saved: until a sync has used them, the way there. */
export function AfterSaving({ map, connection }: { map: FieldMap; connection: ConnectionItem | undefined }) {
  const run = connection?.last_run;
  if (run?.status === "needs_review") {
    return (
      <Alert severity="warning" action={<Go to={links.syncReview(run.id)} text={t("sync.waiting.open")} />}>
        <strong>{t("sync.waiting.title", { what: wouldChange(run) })}.</strong> {t("sync.waiting.text")}
      </Alert>
    );
  }
  if (!saved(map)) return null;
  return (
    <Alert severity="info" action={<Go to={links.syncs} text={t("fields.saving.open")} />}>
      {t("fields.saving.waits")}
    </Alert>
  );
}

/** Whether changes were saved that no sync has used yet. */
export const saved = (map: FieldMap) => map.items.some(({ pending }) => pending);

function Go({ to, text }: { to: string; text: string }) {
  return (
    <Button variant="text" color="inherit" component={Link} to={to}>
      {text}
    </Button>
  );
}
