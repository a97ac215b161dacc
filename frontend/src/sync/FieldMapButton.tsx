import Button from "@mui/material/Button";
import { Link } from "react-router";
import { links } from "../bridge/links";
import type { SyncRun } from "../bridge/models";
import { t } from "../i18n/i18n";
import { useSession } from "../session/session";

/** For administrators: a link to the field map. */
export function FieldMapButton({ run, small = false }: { run: SyncRun; small?: boolean }) {
  const { can } = useSession();
  if (!can("manage_products")) return null;
  return (
    <Button
      component={Link}
      to={links.fields(run.connection_id)}
      size={small ? "small" : "medium"}
      sx={{ mt: 1.5 }}
    >
      {t("sync.run.openFields")}
    </Button>
  );
}
