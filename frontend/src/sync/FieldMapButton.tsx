import Button from "@mui/material/Button";
import { Link as RouterLink } from "react-router";
import type { SyncRun } from "../bridge/models";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";
import { useSession } from "../session/session";

/** For administrators: a link to the field map. */
export function FieldMapButton({ run, small = false }: { run: SyncRun; small?: boolean }) {
  const { can } = useSession();
  if (!can("manage_products")) return null;
  return (
    <Button
      component={RouterLink}
      to={paths.fields(run.connection_id)}
      size={small ? "small" : "medium"}
      sx={{ mt: 1.5 }}
    >
      {t("sync.run.openFields")}
    </Button>
  );
}
