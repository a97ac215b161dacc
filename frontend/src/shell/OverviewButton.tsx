import Button from "@mui/material/Button";
import { Link } from "react-router";
import { links } from "../bridge/links";
import { t } from "../i18n/i18n";

export function OverviewButton() {
  return (
    <Button component={Link} to={links.overview}>
      {t("shell.toOverview")}
    </Button>
  );
}
