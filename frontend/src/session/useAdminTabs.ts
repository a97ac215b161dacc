import { adminSections } from "../bridge/links";
import { t } from "../i18n/i18n";
import { useSession } from "./session";

/** The tabs of Admin the role may open: its screens do not know each other and show the same ones. */
export function useAdminTabs(): { to: string; name: string }[] {
  const { can } = useSession();
  return adminSections
    .filter(({ may }) => can(may))
    .map(({ to, name }) => ({ to, name: t(`admin.tab.${name}`) }));
}
