import type { ReactNode } from "react";
import { t } from "../i18n/i18n";
import { LinkTabs } from "../parts/LinkTabs";
import { PageHeader } from "../parts/PageHeader";
import { useAdminTabs } from "../session/useAdminTabs";

/** The header of Admin's screens about invites and users, with the tabs. */
export function AdminHeader({ text, actions }: { text: string; actions?: ReactNode }) {
  return (
    <>
      <PageHeader title={t("admin.title")} text={text} actions={actions} />
      <LinkTabs label={t("admin.sections")} tabs={useAdminTabs()} />
    </>
  );
}
