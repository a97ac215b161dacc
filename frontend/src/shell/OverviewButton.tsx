import Button from "@mui/material/Button";
import { Link as RouterLink } from "react-router";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";

export function OverviewButton() {
  return (
    <Button component={RouterLink} to={paths.overview}>
      {t("shell.toOverview")}
    </Button>
  );
}
