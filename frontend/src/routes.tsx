import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { Navigate, Route, Routes } from "react-router";
import type { Permission } from "./bridge/models";
import { paths } from "./bridge/paths";
import { t } from "./i18n/i18n";
import { AdminIcon, ClientsIcon, HistoryIcon, MspsIcon, OverviewIcon, SyncIcon } from "./parts/icons";
import { type Session, useSession } from "./session/session";
import { Crash } from "./shell/Crash";
import { Forbidden } from "./shell/Forbidden";
import { NotFound } from "./shell/NotFound";
import type { RailEntry } from "./shell/Rail";
import { ScreenSkeleton } from "./shell/ShellSkeleton";

interface Screen {
  path: string;
  /** The permission it needs; every signed-in user may open it where none is given. */
  may?: Permission;
  Page: ComponentType;
}

/** Every screen with its path and permission. Each is a chunk of its own. */
const screens: Screen[] = [
  { path: "/overview", may: "see_overview", Page: lazy(() => import("./overview/Overview")) },
  { path: "/msps/:id?", may: "see_msps", Page: lazy(() => import("./msps/MSPs")) },
  { path: "/clients/:id?", may: "see_clients", Page: lazy(() => import("./clients/Clients")) },
  { path: "/changes", may: "see_clients", Page: lazy(() => import("./changes/Changes")) },
  { path: "/admin", may: "manage_invites", Page: lazy(() => import("./admin/Admin")) },
  { path: "/admin/users/:id?", may: "manage_users", Page: lazy(() => import("./admin/Users")) },
  { path: "/syncs/:id?", may: "see_syncs", Page: lazy(() => import("./sync/Sync")) },
  { path: "/syncs/:id/review", may: "see_syncs", Page: lazy(() => import("./sync/Review")) },
  {
    path: "/admin/connections/:id/fields",
    may: "manage_products",
    Page: lazy(() => import("./sync/FieldMap")),
  },
  { path: "/settings", Page: lazy(() => import("./settings/Settings")) },
  { path: "/settings/sessions", Page: lazy(() => import("./settings/Sessions")) },
];

/** The entries of the menu: those that the active grant permits, in the singular where there is only one. */
export function rail({ can, grant }: Pick<Session, "can" | "grant">): RailEntry[] {
  const { level, client_id } = grant.scope;
  const msps = { to: paths.msps(), name: t(level === "mssp" ? "shell.rail.msps" : "shell.rail.ownMSP") };
  const clients = client_id
    ? { to: paths.client(client_id), name: t("shell.rail.ownClient") }
    : { to: paths.clients(), name: t("shell.rail.clients") };
  const entries: (RailEntry & { may: Permission })[] = [
    { may: "see_overview", to: paths.overview, name: t("shell.rail.overview"), icon: <OverviewIcon /> },
    { may: "see_msps", ...msps, icon: <MspsIcon /> },
    { may: "see_clients", ...clients, icon: <ClientsIcon /> },
    { may: "see_clients", to: paths.changes(), name: t("shell.rail.changes"), icon: <HistoryIcon /> },
    // Administrators have them as a tab of Admin.
    ...(can("manage_invites")
      ? []
      : [
          {
            may: "see_syncs" as const,
            to: paths.syncs,
            name: t("sync.title"),
            icon: <SyncIcon />,
          },
        ]),
    {
      may: "manage_invites",
      to: paths.admin,
      name: t("shell.rail.admin"),
      icon: <AdminIcon />,
      also: [paths.syncs],
    },
  ];
  return entries.filter((entry) => can(entry.may));
}

function Guard({ may, children }: { may: Permission | undefined; children: ReactNode }) {
  const { can } = useSession();
  return may === undefined || can(may) ? children : <Forbidden />;
}

/** The screen of the current path. The frame stays usable while a screen loads or after it crashed. */
export function Screens() {
  return (
    <Routes>
      <Route path="/" element={<Navigate to={paths.overview} replace />} />
      {screens.map(({ path, may, Page }) => (
        <Route
          key={path}
          path={path}
          element={
            <Guard may={may}>
              <Crash key={path}>
                <Suspense fallback={<ScreenSkeleton />}>
                  <Page />
                </Suspense>
              </Crash>
            </Guard>
          }
        />
      ))}
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
