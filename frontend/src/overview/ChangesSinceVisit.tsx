import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { Link as RouterLink } from "react-router";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";

/** How many changes are new to the user, as a link to exactly these; nothing before the first visit of the list. */
export function ChangesSinceVisit({ count }: { count: number | null | undefined }) {
  if (count == null) return null;
  return (
    <Typography component="p" sx={{ mb: 1.5 }}>
      {count === 0 ? (
        t("overview.noChanges")
      ) : (
        <Link component={RouterLink} to={paths.changes({ since: "last_visit" })} underline="always">
          {t("overview.changes", { count })}
        </Link>
      )}
    </Typography>
  );
}
