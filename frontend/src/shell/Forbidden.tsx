import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { LockIcon } from "../parts/icons";
import { useSession } from "../session/session";
import { OverviewButton } from "./OverviewButton";

/** The page for a screen that the active grant does not permit. */
export function Forbidden() {
  const { grant } = useSession();
  const text = t("shell.forbidden.text", { role: t(`words.role.${grant.role}`), node: grant.node });
  return (
    <EmptyState
      heading="h1"
      icon={<LockIcon />}
      title={t("shell.forbidden.title")}
      text={text}
      action={<OverviewButton />}
    />
  );
}
