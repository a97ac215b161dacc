import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { links } from "../bridge/links";
import type { Appearance } from "../bridge/models";
import { useStartSync } from "../bridge/mutations";
import { toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import {
  ClientsIcon,
  DarkIcon,
  DevicesIcon,
  LightIcon,
  PersonAddIcon,
  PersonIcon,
  SettingsIcon,
  SignOutIcon,
  SyncIcon,
  SystemIcon,
} from "../parts/icons";
import { useListPlaces } from "../parts/listPlaces";
import { useNotify } from "../parts/Notices";
import { useAppearance } from "../session/appearance";
import { useSession } from "../session/session";
import type { Hit } from "./hits";
import type { RailEntry } from "./Rail";

const themes: { theme: Appearance["theme"]; icon: ReactNode }[] = [
  { theme: "light", icon: <LightIcon /> },
  { theme: "dark", icon: <DarkIcon /> },
  { theme: "system", icon: <SystemIcon /> },
];

function command(id: string, name: string, icon: ReactNode, run: () => unknown, terms = ""): Hit {
  return { id, group: "commands", name, icon, run, terms };
}

/** The screens and actions that the role permits, with the names they have on screen. */
export function useCommands(rail: RailEntry[]): Hit[] {
  const { signOut } = useSession();
  return [
    ...useActions(),
    ...useScreens(rail),
    ...useAppearanceCommands(),
    command("signout", t("shell.account.signOut"), <SignOutIcon />, () => signOut().catch(() => undefined)),
  ];
}

function useScreens(rail: RailEntry[]): Hit[] {
  const { can } = useSession();
  const places = useListPlaces();
  const navigate = useNavigate();
  const goTo = (path: string, screen: string, icon: ReactNode) =>
    command(path, t("shell.search.goTo", { screen }), icon, () => navigate(places?.addressOf(path) ?? path));
  const inRail = (path: string) => rail.some(({ to }) => to === path);
  return [
    ...rail.map((entry) => goTo(entry.to, entry.name, entry.icon)),
    ...(can("manage_users") ? [goTo(links.users, t("admin.tab.users"), <PersonIcon />)] : []),
    ...(can("see_syncs") && !inRail(links.syncs)
      ? [goTo(links.syncs, t("admin.tab.syncs"), <SyncIcon />)]
      : []),
    goTo(links.sessions, t("settings.sessions.title"), <DevicesIcon />),
    goTo(links.settings, t("settings.title"), <SettingsIcon />),
  ];
}

function useActions(): Hit[] {
  const { me, grant, can } = useSession();
  const navigate = useNavigate();
  const startSync = useSyncNow();
  const mssp = grant.scope.level === "mssp";
  const withList = can("see_clients") && !grant.scope.client_id;
  const expiring = links.clients({ expires_on: "30d", sort: "expires_on" });
  return [
    ...(can("manage_invites") && me.may_invite.length > 0
      ? [
          command(
            "invite",
            t(mssp ? "admin.invite.mssp" : "admin.invite.msp"),
            <PersonAddIcon />,
            () => navigate(links.admin, { state: { inviting: true } }),
            t("shell.search.terms.invite"),
          ),
        ]
      : []),
    ...(can("run_sync")
      ? [command("sync", t("sync.start"), <SyncIcon />, startSync, t("shell.search.terms.sync"))]
      : []),
    ...(withList
      ? [
          command(
            "expiring",
            t("shell.search.expiring", { count: 30 }),
            <ClientsIcon />,
            () => navigate(expiring),
            t("shell.search.terms.expiring"),
          ),
        ]
      : []),
  ];
}

/** Starts a sync of the connection that has waited longest, and shows it. */
function useSyncNow() {
  const { grant } = useSession();
  const { mutateAsync } = useStartSync(grant.id);
  const navigate = useNavigate();
  const notify = useNotify();
  return async () => {
    try {
      const run = await mutateAsync(undefined);
      await navigate(links.sync(run.id));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === "sync_running") return notify({ tone: "info", text: t("sync.running") });
      notify({ tone: "error", text: problemLine(problem) });
    }
  };
}

function useAppearanceCommands(): Hit[] {
  const { appearance, change } = useAppearance();
  const density = appearance.density === "compact" ? "comfortable" : "compact";
  return [
    ...themes.map(({ theme, icon }) =>
      command(theme, t("shell.search.theme", { theme: t(`shell.account.${theme}`) }), icon, () =>
        change({ theme }),
      ),
    ),
    command(
      "density",
      t("shell.search.density", { density: t(`settings.density.${density}`) }),
      <SettingsIcon />,
      () => change({ density }),
    ),
  ];
}
