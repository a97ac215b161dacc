import Button from "@mui/material/Button";
import { Link } from "react-router";
import { links } from "../bridge/links";
import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { LockIcon, SearchOffIcon } from "../parts/icons";
import { useSession } from "../session/session";

function ToOverview() {
  return (
    <Button component={Link} to={links.overview}>
      {t("shell.unknown.action")}
    </Button>
  );
}

/** Where no screen has the path. */
export function Unknown() {
  return (
    <EmptyState
      heading="h1"
      icon={<SearchOffIcon />}
      title={t("shell.unknown.title")}
      text={t("shell.unknown.text")}
      action={<ToOverview />}
    />
  );
}

/** Where the active grant does not permit the screen. */
export function Forbidden() {
  const { grant } = useSession();
  const named = { role: t(`words.role.${grant.role}`), node: grant.node };
  return (
    <EmptyState
      heading="h1"
      icon={<LockIcon />}
      title={t("shell.forbidden.title")}
      text={t("shell.forbidden.text", named)}
      action={<ToOverview />}
    />
  );
}
