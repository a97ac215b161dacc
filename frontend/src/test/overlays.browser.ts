import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { open, settled, violationsInBoth, withChromium } from "./chromium";

withChromium();

const click = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();
const hover = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().hover();

/** Opens the menu of a cell of a list's first row by a right click. */
const cellMenu = async (page: Page) => {
  const cells = page.locator(
    "[role=gridcell][data-field]:not([data-field=__check__]):not([data-field=selected])",
  );
  await cells.first().click({ button: "right" });
  await page.getByRole("menu", { name: "Actions of the cell" }).waitFor();
};

/** What opens over a screen: how it is opened, and the role of what opens. */
const overlays: {
  name: string;
  path: string;
  query?: string;
  role: string;
  show: (page: Page) => Promise<void>;
}[] = [
  ...["/clients", "/msps", "/changes", "/admin", "/admin/users", "/syncs"].map((path) => ({
    name: "menu of a cell",
    path,
    role: "menu",
    show: cellMenu,
  })),
  { name: "menu of the account", path: "/overview", role: "menu", show: click(/Lindqvist/) },
  {
    name: "menu of the scope",
    path: "/overview",
    query: "as=severalGrants",
    role: "menu",
    show: click(/^Switch scope/),
  },
  { name: "palette", path: "/overview", role: "dialog", show: (page) => page.keyboard.press("Control+k") },
  { name: "views", path: "/clients", role: "menu", show: click("Views") },
  { name: "columns", path: "/clients", role: "dialog", show: click("Columns") },
  { name: "export", path: "/clients", role: "dialog", show: click("Export") },
  { name: "choices of a filter", path: "/clients", role: "menu", show: click("Status") },
  { name: "filter by MSP", path: "/clients", role: "dialog", show: click("MSP") },
  {
    name: "filter by days",
    path: "/clients?last_seen_at=2026-01-01..",
    role: "dialog",
    show: click(/^Last seen from/),
  },
  {
    name: "filter by a number",
    path: "/clients?seats_used=1..",
    role: "dialog",
    show: click(/^Active licences from/),
  },
  { name: "filter by a text", path: "/clients?name=a", role: "dialog", show: click(/^Name contains/) },
  { name: "filter by time", path: "/changes", role: "dialog", show: click("Time") },
  { name: "one choice of a filter", path: "/admin/users", role: "menu", show: click("Status") },
  {
    name: "roles of an invite",
    path: "/admin",
    role: "listbox",
    show: async (page) => {
      await click(/^Invite/)(page);
      await page.getByRole("combobox", { name: "Role" }).click();
    },
  },
  {
    name: "MSPs of an invite",
    path: "/admin",
    role: "listbox",
    show: async (page) => {
      await click(/^Invite/)(page);
      await page.getByRole("combobox", { name: "MSP" }).click();
    },
  },
  {
    name: "time zones",
    path: "/settings",
    role: "listbox",
    show: (page) => page.getByRole("combobox", { name: "Time zone" }).click(),
  },
  { name: "hint on a button", path: "/overview", role: "tooltip", show: hover("Back") },
  {
    name: "hint on the age of the data",
    path: "/overview",
    role: "tooltip",
    show: (page) => page.getByText(/^Updated/).hover(),
  },
  {
    name: "hint on a moment",
    path: "/changes",
    role: "tooltip",
    show: (page) => page.locator("time").nth(3).hover(),
  },
  { name: "new product", path: "/syncs", role: "dialog", show: click("Add product") },
];

it.each(overlays)(
  "the $name over $path is accessible, light and dark",
  async ({ path, query = "as=admin", role, show }) => {
    const { page, faults } = await open(query, path);
    await settled(page);
    await show(page);
    await page
      .getByRole(role as "menu")
      .first()
      .waitFor();
    expect(await violationsInBoth(page)).toBe("");
    expect(faults).toEqual([]);
    await page.close();
  },
);
