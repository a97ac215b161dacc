import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { type Permission, roleTable } from "../bridge/enums";
import { users } from "../bridge/fake";
import { syncStates } from "../bridge/fakeStates";
import { renderApp } from "../test/render";

const all = roleTable.mssp_admin.permissions;

/** Opens a screen as an administrator whose role has all permissions but one. */
function openWithout(permission: Permission | null, path: string, state?: keyof typeof syncStates) {
  roleTable.mssp_admin.permissions = all.filter((held) => held !== permission);
  return renderApp({
    signedIn: users.admin,
    path,
    prepare: ({ world }) => {
      world.runs = world.runs.slice(0, 4);
      world.clients = world.clients.slice(0, 3);
      if (state) syncStates[state](world);
    },
  });
}

afterEach(() => {
  roleTable.mssp_admin.permissions = all;
});

const heading = () => screen.findByRole("heading", { level: 1 });
const menu = async () => within(await screen.findByRole("navigation", { name: "Main menu" }));

describe("a screen is refused without its permission", () => {
  it.each<[string, Permission]>([
    ["/overview", "see_overview"],
    ["/msps", "see_msps"],
    ["/clients", "see_clients"],
    ["/admin", "manage_invites"],
    ["/admin/users", "manage_users"],
    ["/syncs", "see_syncs"],
    ["/syncs/x/changes", "see_syncs"],
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

describe("a part of a screen is hidden without its permission", () => {
  it.each<
    [string, Permission, string, "link" | "button" | "heading", string | RegExp, (keyof typeof syncStates)?]
  >([
    ["the tab Users", "manage_users", "/syncs", "link", "Users"],
    ["the tab Invites", "manage_invites", "/syncs", "link", "Invites"],
    ["the tab Syncs", "see_syncs", "/admin", "link", "Products & sync"],
    ["adding a product", "manage_products", "/syncs", "button", "Add product"],
    ["starting a sync", "run_sync", "/syncs", "button", /^Sync now: |^Sync .*Heimdal/],
    ["the organisation's settings", "manage_organisation", "/settings", "heading", "Organisation"],
  ])("%s", async (_, permission, path, role, name, state) => {
    const { unmount } = openWithout(null, path, state);
    expect((await screen.findAllByRole(role, { name })).length).toBeGreaterThan(0);
    unmount();
    openWithout(permission, path, state);
    await heading();
    if (permission === "run_sync") await screen.findByRole("article", { name: /Heimdal/ });
    expect(screen.queryByRole(role, { name })).toBeNull();
  });
});
