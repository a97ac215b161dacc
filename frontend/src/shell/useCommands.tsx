import type { ReactNode } from "react";
import { useLocation, useNavigate } from "react-router";
import type { Appearance, Grant } from "../bridge/models";
import { useStartSync } from "../bridge/mutations";
import { paths } from "../bridge/paths";
import { detailOf } from "../bridge/portalLink";
import { toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import {
  ClientsIcon,
  DarkIcon,
  DevicesIcon,
  DownloadIcon,
  ForwardIcon,
  HelpIcon,
  HistoryIcon,
  LightIcon,
  LinkIcon,
  MspsIcon,
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
import { useCopyPortalLink } from "../session/usePortalLink";
import { useSaveDiagnostics } from "../session/useSaveDiagnostics";
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
    ...(can("manage_users") ? [goTo(paths.users, t("admin.tab.users"), <PersonIcon />)] : []),
    ...(can("see_syncs") && !inRail(paths.syncs)
      ? [goTo(paths.syncs, t("admin.tab.syncs"), <SyncIcon />)]
      : []),
    goTo(paths.sessions, t("settings.sessions.title"), <DevicesIcon />),
    goTo(paths.settings, t("settings.title"), <SettingsIcon />),
  ];
}

interface Action {
  id: string;
  name: string;
  icon: ReactNode;
  /** Whether the role permits it. */
  may: boolean;
  run: () => unknown;
  /** Further terms that find it. */
  terms?: string;
}

/** The actions. Another one is a line here, and its name and terms in i18n/en/shell.ts. */
function useActions(): Hit[] {
  const { me, grant, can, actAs, startup } = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const startSync = useSyncNow();
  const open = (address: string, state?: object) => () => navigate(address, { state });
  const invite = t(grant.scope.level === "mssp" ? "admin.invite.mssp" : "admin.invite.msp");
  const terms = (
    of:
      | "invite"
      | "sync"
      | "expiring"
      | "expired"
      | "exceeded"
      | "changes"
      | "export"
      | "switch"
      | "copyLink"
      | "diagnostics",
  ) => t(`shell.search.terms.${of}`);
  const list = can("see_clients") && !grant.scope.client_id;
  const actTo = (to: Grant) => () => {
    // The current screen may not exist in the new scope.
    void navigate(paths.overview);
    return actAs(to).catch(() => notify({ tone: "error", text: t("shell.scope.failed", { node: to.node }) }));
  };
  const others = me.grants.filter(({ id }) => id !== grant.id);
  const expiring = paths.clients({ expires_on: "30d", sort: "expires_on" });
  const expired = paths.clients({ expires_on: "expired", sort: "expires_on" });
  const exceeded = paths.clients({ seats_exceeded: "yes", sort: "-seats_over" });
  const exceededMSPs = paths.msps({ exceeded: "1..", sort: "-exceeded" });
  const exports = can("export") && startup.allow_export;
  const copyLink = useCopyPortalLink();
  const saveDiagnostics = useSaveDiagnostics();
  const shown = detailOf(useLocation().pathname);
  const mayInvite = can("manage_invites") && me.may_invite.length > 0;
  const actions: Action[] = [
    {
      id: "invite",
      name: invite,
      icon: <PersonAddIcon />,
      may: mayInvite,
      run: open(paths.admin, { inviting: true }),
      terms: terms("invite"),
    },
    {
      id: "sync",
      name: t("sync.start"),
      icon: <SyncIcon />,
      may: can("run_sync"),
      run: startSync,
      terms: terms("sync"),
    },
    {
      id: "expiring",
      name: t("shell.search.expiring", { count: 30 }),
      icon: <ClientsIcon />,
      may: list,
      run: open(expiring),
      terms: terms("expiring"),
    },
    {
      id: "expired",
      name: t("shell.search.expired"),
      icon: <ClientsIcon />,
      may: list,
      run: open(expired),
      terms: terms("expired"),
    },
    {
      id: "exceeded",
      name: t("shell.search.exceeded"),
      icon: <ClientsIcon />,
      may: list,
      run: open(exceeded),
      terms: terms("exceeded"),
    },
    {
      id: "exceededMSPs",
      name: t("shell.search.exceededMSPs"),
      icon: <MspsIcon />,
      may: can("see_msps"),
      run: open(exceededMSPs),
      terms: terms("exceeded"),
    },
    {
      id: "changes1d",
      name: t("shell.search.changesToday"),
      icon: <HistoryIcon />,
      may: can("see_clients"),
      run: open(paths.changes({ since: "1d" })),
      terms: terms("changes"),
    },
    {
      id: "changesVisit",
      name: t("shell.search.changesVisit"),
      icon: <HistoryIcon />,
      may: can("see_clients"),
      run: open(paths.changes({ since: "last_visit" })),
      terms: terms("changes"),
    },
    {
      id: "exportClients",
      name: t("shell.search.exportClients"),
      icon: <DownloadIcon />,
      may: list && exports,
      run: open(paths.clients(), { exporting: true }),
      terms: terms("export"),
    },
    {
      id: "exportMSPs",
      name: t("shell.search.exportMSPs"),
      icon: <DownloadIcon />,
      may: can("see_msps") && exports,
      run: open(paths.msps(), { exporting: true }),
      terms: terms("export"),
    },
    {
      id: "copyLink",
      name: t("shell.search.copyLink"),
      icon: <LinkIcon />,
      may: shown !== undefined,
      run: () => shown && copyLink(shown.kind, shown.id),
      terms: terms("copyLink"),
    },
    {
      id: "diagnostics",
      name: t("session.diagnostics.save"),
      icon: <HelpIcon />,
      may: true,
      run: saveDiagnostics,
      terms: terms("diagnostics"),
    },
    ...others.map(
      (to): Action => ({
        id: `act-${to.id}`,
        name: t("shell.search.actAs", { node: to.node, role: t(`words.role.${to.role}`) }),
        icon: <ForwardIcon />,
        may: true,
        run: actTo(to),
        terms: terms("switch"),
      }),
    ),
  ];
  return actions
    .filter(({ may }) => may)
    .map(({ id, name, icon, run, terms }) => command(id, name, icon, run, terms));
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
      await navigate(paths.sync(run.id));
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
