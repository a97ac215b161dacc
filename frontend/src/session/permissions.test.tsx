import { screen, waitFor, within } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Permission, roleTable } from "../bridge/enums";
import { type Fake, users } from "../bridge/fake";
import { id } from "../bridge/fakeBasics";
import { syncStates } from "../bridge/fakeStates";
import type { World } from "../bridge/fakeWorld";
import { renderApp } from "../test/render";

// A search starts with the typed text, so that a test that expects none need not wait.
vi.mock("../parts/useDebounced", () => ({ useDebounced: (value: string) => value }));

const all = roleTable.mssp_admin.permissions;

/** Opens a screen as an administrator whose role has all permissions but one. */
function openWithout(permission: Permission | null, path: string, prepare?: (world: World) => void) {
  roleTable.mssp_admin.permissions = all.filter((held) => held !== permission);
  return renderApp({
    signedIn: users.admin,
    path,
    prepare: ({ world }) => {
      world.runs = world.runs.slice(0, 4);
      world.clients = world.clients.slice(0, 3);
      prepare?.(world);
    },
  });
}

afterEach(() => {
  roleTable.mssp_admin.permissions = all;
});

const menu = async () => within(await screen.findByRole("navigation", { name: "Main menu" }));

describe("a screen is refused without its permission", () => {
  it.each<[string, Permission]>([
    ["/overview", "see_overview"],
    ["/msps", "see_msps"],
    ["/clients", "see_clients"],
    ["/admin", "manage_invites"],
    ["/admin/users", "manage_users"],
    ["/syncs", "see_syncs"],
    ["/changes", "see_clients"],
    ["/syncs/x/review", "see_syncs"],
    ["/admin/connections/x/fields", "manage_products"],
  ])("%s", async (path, permission) => {
    const { unmount } = openWithout(permission, path);
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
    unmount();
    openWithout(null, path);
    await menu();
    await waitFor(() => expect(screen.queryByText("Your role does not include this page")).toBeNull());
  });
});

describe("an entry of the menu is hidden without its permission", () => {
  it.each<[string, Permission]>([
    ["Overview", "see_overview"],
    ["MSPs", "see_msps"],
    ["Clients", "see_clients"],
    ["Admin", "manage_invites"],
  ])("%s", async (name, permission) => {
    const { unmount } = openWithout(null, "/settings");
    expect((await menu()).getByRole("link", { name })).toBeVisible();
    unmount();
    openWithout(permission, "/settings");
    expect((await menu()).queryByRole("link", { name })).toBeNull();
  });
});

type Query = () => HTMLElement[];

const role =
  (name: "link" | "button" | "heading" | "option" | "article" | "gridcell", of: string | RegExp): Query =>
  () =>
    screen.queryAllByRole(name, { name: of });
const text =
  (of: string | RegExp): Query =>
  () =>
    screen.queryAllByText(of);
const placeholder =
  (of: string): Query =>
  () =>
    screen.queryAllByPlaceholderText(of);
const inPanel =
  (query: "link" | "text", of: string | RegExp): Query =>
  () =>
    screen
      .queryAllByRole("complementary")
      .map((panel) => within(panel))
      .flatMap((panel) =>
        query === "link" ? panel.queryAllByRole("link", { name: of }) : panel.queryAllByText(of),
      );

interface Place {
  place: string;
  permission: Permission;
  path: string;
  prepare?: (world: World) => void;
  /** A text to type into the search after it was opened. */
  search?: string;
}

/** A part of a screen that is hidden or replaced without its permission. */
interface Part extends Place {
  /** What the permission shows. */
  shown: Query;
  /** What is shown in its place without the permission. */
  instead?: Query;
  /** What is shown with and without it, once the screen has loaded. */
  beside?: Query;
}

/** The newest run, as most states leave it, and the one that the states "review" and "sign" put before it. */
const newestRun = `/syncs/${id("a000", 1)}`;
const otherRun = `/syncs/${id("a300", 1)}`;
const client = `/clients/${id("9000", 0)}`;
const msp = `/msps/${id("8100", 1)}`;
const noCustomers = (world: World) => {
  world.clients = [];
  world.msps = [];
};

const parts: Part[] = [
  {
    place: "the tab Users",
    permission: "manage_users",
    path: "/syncs",
    shown: role("link", "Users"),
    beside: role("link", "Invites"),
  },
  {
    place: "the tab Invites",
    permission: "manage_invites",
    path: "/syncs",
    shown: role("link", "Invites"),
    beside: role("link", "Users"),
  },
  {
    place: "the tab Products & sync",
    permission: "see_syncs",
    path: "/admin",
    shown: role("link", "Products & sync"),
    beside: role("link", "Users"),
  },
  {
    place: "the organisation's settings",
    permission: "manage_organisation",
    path: "/settings",
    shown: role("heading", "Organisation"),
    beside: role("heading", "Settings"),
  },
  {
    place: "the syncs in the empty list of clients",
    permission: "see_syncs",
    path: "/clients",
    prepare: noCustomers,
    shown: role("link", "Open Products & sync"),
    instead: role("button", "Look again"),
  },
  {
    place: "the syncs in the empty list of MSPs",
    permission: "see_syncs",
    path: "/msps",
    prepare: noCustomers,
    shown: role("link", "Open Products & sync"),
    instead: role("button", "Look again"),
  },
  {
    place: "the sync in the history of a client",
    permission: "see_syncs",
    path: client,
    shown: inPanel("link", "by sync run"),
    beside: inPanel("text", /by sync run/),
  },
  {
    place: "the sync in the history of an MSP",
    permission: "see_syncs",
    path: msp,
    shown: inPanel("link", "by sync run"),
    beside: inPanel("text", /by sync run/),
  },
  {
    place: "the MSP of a client",
    permission: "see_msps",
    path: client,
    shown: inPanel("link", "Alpine IT Services"),
    beside: inPanel("text", "Alpine IT Services"),
  },
  {
    place: "the sync that needs attention",
    permission: "see_syncs",
    path: "/overview",
    prepare: syncStates.failing,
    shown: role("link", "Heimdal"),
    beside: text("Heimdal"),
  },
  {
    place: "the state of the first sync",
    permission: "see_syncs",
    path: "/overview",
    prepare: syncStates.never,
    shown: text("MSPs, clients and their licences appear here after the first sync."),
    instead: text(/^The figures of Northwind Security appear here once/),
  },
  {
    place: "starting the first sync",
    permission: "run_sync",
    path: "/overview",
    prepare: syncStates.never,
    shown: role("button", "Start sync"),
    instead: text(/An administrator of your MSSP can start the first sync/),
  },
  {
    place: "replacing the key after a failed first sync",
    permission: "manage_products",
    path: "/overview",
    prepare: syncStates.firstFailed,
    shown: role("link", "Replace the API key"),
    instead: role("link", "Open Products & sync"),
  },
  {
    place: "the syncs under the age of the data",
    permission: "see_syncs",
    path: "/settings",
    shown: role("link", /^Updated/),
    beside: text(/^Updated/),
  },
  {
    place: "MSPs in the placeholder of the search",
    permission: "see_msps",
    path: "/settings",
    search: "",
    shown: placeholder("Search MSPs, clients, users and commands"),
    instead: placeholder("Search clients and commands"),
  },
  {
    place: "clients in the search",
    permission: "see_clients",
    path: "/settings",
    search: "aldgate",
    shown: role("option", /^Aldgate/),
    instead: text("Nothing matches aldgate."),
  },
  {
    place: "the export of clients",
    permission: "export",
    path: "/clients",
    shown: role("button", "Export"),
    beside: role("heading", "Clients"),
  },
  {
    place: "the export of MSPs",
    permission: "export",
    path: "/msps",
    shown: role("button", "Export"),
    beside: role("heading", "MSPs"),
  },
  {
    place: "MSPs in the search",
    permission: "see_msps",
    path: "/settings",
    search: "alpine",
    shown: role("option", /^Alpine IT Services/),
    beside: role("option", /^Aldgate/),
  },
  {
    place: "the command Products & sync",
    permission: "see_syncs",
    path: "/settings",
    search: "",
    shown: role("option", "Go to Products & sync"),
    beside: role("option", "Go to Settings"),
  },
  {
    place: "the command Users",
    permission: "manage_users",
    path: "/settings",
    search: "",
    shown: role("option", "Go to Users"),
    beside: role("option", "Go to Settings"),
  },
  {
    place: "adding a product",
    permission: "manage_products",
    path: "/syncs",
    shown: role("button", "Add product"),
    beside: role("heading", "Products & sync"),
  },
  {
    place: "starting a sync",
    permission: "run_sync",
    path: "/syncs",
    shown: role("button", /^Sync now: |^Sync .*Heimdal/),
    beside: role("article", /Heimdal/),
  },
  {
    place: "starting a sync in the empty list of syncs",
    permission: "run_sync",
    path: "/syncs",
    prepare: syncStates.unconnected,
    shown: text(/The first one starts automatically once a product is connected/),
    instead: text(/An administrator of your MSSP can start one/),
  },
  {
    place: "the decision above the list of syncs",
    permission: "run_sync",
    path: "/syncs",
    prepare: syncStates.review,
    shown: text(/Check the customers, then accept or discard the sync/),
    instead: text(/An administrator of your MSSP decides/),
  },
  {
    place: "the decision in the panel of a sync",
    permission: "run_sync",
    path: otherRun,
    prepare: syncStates.review,
    shown: inPanel("text", /Check the customers, then accept or discard the sync/),
    instead: inPanel("text", /An administrator of your MSSP decides/),
  },
  {
    place: "the decision on its own page",
    permission: "run_sync",
    path: `${otherRun}/review`,
    prepare: syncStates.review,
    shown: role("button", "Discard this run"),
    instead: text(/An administrator of your MSSP decides whether this is right/),
  },
  {
    place: "the fields in the panel of a sync",
    permission: "manage_products",
    path: newestRun,
    prepare: syncStates.fields,
    shown: inPanel("link", "Open fields"),
    beside: inPanel("text", /^licenseInfo.purchased is no longer sent/),
  },
  {
    place: "declaring a name harmless",
    permission: "manage_products",
    path: otherRun,
    prepare: syncStates.sign,
    shown: inPanel("text", /the portal does not know\. It may|^Could not check whether/),
    beside: inPanel("text", "This sync failed"),
  },
];

async function openPlace({ path, prepare, search }: Place, without: Permission | null) {
  const app = openWithout(without, path, prepare);
  if (search !== undefined) await openSearch(app.user, search);
  return app;
}

async function openSearch(user: UserEvent, search: string) {
  await user.click(await screen.findByRole("button", { name: /^Search or go to/ }));
  await screen.findByRole("dialog", { name: "Search and commands" });
  if (search) await user.keyboard(search);
}

const isShown = (query: Query | undefined) => waitFor(() => expect(query?.().length).toBeGreaterThan(0));
const isHidden = (query: Query | undefined) => expect(query?.() ?? []).toHaveLength(0);

describe("a part of a screen is hidden without its permission", () => {
  it.each(parts)("$place", async (part) => {
    const { shown, instead, beside } = part;
    const { unmount } = await openPlace(part, null);
    await isShown(shown);
    isHidden(instead);
    unmount();
    await openPlace(part, part.permission);
    await isShown(instead ?? beside);
    isHidden(shown);
  });
});

/** A request that is not sent without its permission. */
interface Request extends Place {
  call: Fake["calls"][number];
  /** What is shown without the permission, once the screen has loaded. */
  loaded: Query;
}

const requests: Request[] = [
  {
    place: "the overview for the age of the data",
    permission: "see_overview",
    path: "/clients",
    call: "overview",
    loaded: role("gridcell", /^Aldgate/),
  },
  {
    place: "the runs for the first sync",
    permission: "see_syncs",
    path: "/overview",
    prepare: syncStates.never,
    call: "syncs",
    loaded: text(/^The figures of Northwind Security appear here once/),
  },
  {
    place: "the search",
    permission: "see_clients",
    path: "/settings",
    search: "aldgate",
    call: "search",
    loaded: text("Nothing matches aldgate."),
  },
  {
    place: "connections for the names of runs",
    permission: "manage_products",
    path: "/syncs",
    call: "connections",
    loaded: role("gridcell", "Schedule"),
  },
];

describe("a request is not sent without its permission", () => {
  it.each(requests)("$place", async (request) => {
    const { call, loaded } = request;
    const permitted = await openPlace(request, null);
    await waitFor(() => expect(permitted.fake.calls).toContain(call));
    permitted.unmount();
    const { fake } = await openPlace(request, request.permission);
    await isShown(loaded);
    expect(fake.calls).not.toContain(call);
  });
});
