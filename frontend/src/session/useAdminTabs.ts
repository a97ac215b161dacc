import { adminSections } from "../bridge/paths";
import { t } from "../i18n/i18n";
import { useSession } from "./session";

/** The tabs of Admin that the role may open, the same on all of its screens. */
export function useAdminTabs(): { to: string; name: string }[] {
  const { can } = useSession();
  return adminSections
    .filter(({ may }) => can(may))
    .map(({ to, name }) => ({ to, name: t(`admin.tab.${name}`) }));
}
