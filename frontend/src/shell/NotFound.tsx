import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { SearchOffIcon } from "../parts/icons";
import { OverviewButton } from "./OverviewButton";

/** The page for an address that no screen has. */
export function NotFound() {
  return (
    <EmptyState
      heading="h1"
      icon={<SearchOffIcon />}
      title={t("shell.notFound.title")}
      text={t("shell.notFound.text")}
      action={<OverviewButton />}
    />
  );
}
