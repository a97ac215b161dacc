import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { open, overflows, settled, still, violations, violationsInBoth, withChromium } from "./chromium";

withChromium();

const inReview = "0195a000-0000-7000-a300-000000000001";
const changed = "0195a000-0000-7000-a000-000000000001";

const bare = "world=noExpiry&world=noSeats";
const msp = "0195a000-0000-7000-8100-000000000002";

const screens = [
  { name: "sign-in", query: "", path: "/" },
  { name: "address", query: "api=none", path: "/" },
  { name: "overview", query: "as=admin", path: "/overview" },
  { name: "MSPs", query: "as=admin", path: "/msps" },
  { name: "clients", query: "as=admin", path: "/clients" },
  { name: "overview without expiry and figures", query: `as=admin&${bare}`, path: "/overview" },
  { name: "an MSP opened in place", query: "as=admin", path: `/msps?opened=${msp}` },
  { name: "MSPs without expiry and figures", query: `as=admin&${bare}`, path: `/msps?opened=${msp}` },
  { name: "an MSP whose figures differ", query: "as=admin", path: `/msps/${msp}` },
  { name: "one's own MSP", query: "as=mspUser", path: "/msps" },
  { name: "clients without expiry and figures", query: `as=admin&${bare}`, path: "/clients" },
  { name: "admin", query: "as=admin", path: "/admin" },
  { name: "users", query: "as=admin", path: "/admin/users" },
  { name: "sessions", query: "as=admin", path: "/settings/sessions" },
  { name: "sign-in with a locked keyring", query: "keyring=locked", path: "/" },
  { name: "sign-in that policy restricts", query: "managed", path: "/" },
  { name: "settings that policy restricts", query: "as=admin&managed", path: "/settings" },
  { name: "syncs", query: "as=admin", path: "/syncs" },
  { name: "failing product", query: "as=admin&sync=failing&still", path: "/syncs" },
  { name: "sync that waits for Heimdal", query: "as=admin&sync=waiting&still", path: "/syncs" },
  { name: "review", query: "as=admin&sync=review&still", path: `/syncs/${inReview}/review` },
  { name: "what a sync changed", query: "as=admin&sync=changed&still", path: `/changes?run_id=${changed}` },
  { name: "changes", query: "as=mspUser", path: "/changes?since=last_visit" },
  { name: "settings", query: "as=admin", path: "/settings" },
  { name: "refused", query: "as=mspUser", path: "/admin" },
  { name: "unknown", query: "as=mspUser", path: "/nowhere" },
];

it.each(screens)("$name is accessible, light and dark, and fits small windows", async ({ query, path }) => {
  const { page, faults } = await open(query, path);
  await settled(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    expect(await violations(page), colorScheme).toBe("");
  }
  for (const [width, height] of [
    [960, 640],
    [640, 400],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect(await overflows(page), `${width} × ${height}`).toBe(false);
  }
  expect(faults).toEqual([]);
  await page.close();
});

/** The columns that end outside their table. */
const outside = (page: Page) =>
  page.evaluate(() => {
    const table = document.querySelector(".MuiDataGrid-root")?.getBoundingClientRect().right ?? 0;
    return [...document.querySelectorAll("[role=columnheader]")]
      .filter((header) => header.getBoundingClientRect().right > table + 1)
      .map((header) => header.textContent);
  });

it.each([
  { path: "/msps", query: "as=admin" },
  { path: "/msps", query: "as=admin&world=noExpiry" },
  { path: "/clients", query: "as=admin" },
  { path: "/clients", query: "as=admin&world=noExpiry" },
])("has no column outside the table at any width: $path $query", async ({ path, query }) => {
  const { page } = await open(query, path);
  await settled(page);
  await page.getByRole("columnheader", { name: "Purchased" }).waitFor();
  for (const width of [960, 1280, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => outside(page), { message: `${width}` }).toEqual([]);
  }
  await page.close();
});

/** The rows of tables whose texts of normal size do not share one line, in pixels from the top of the row. */
const unaligned = (page: Page) =>
  page.evaluate(() => {
    const bottoms = (row: Element) =>
      [...row.querySelectorAll("[role=gridcell]")].flatMap((cell) => {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        const text = texts.nextNode();
        if (!text?.parentElement || getComputedStyle(text.parentElement).fontSize !== "13px") return [];
        const range = document.createRange();
        range.selectNodeContents(text);
        const { bottom, width } = range.getBoundingClientRect();
        return width > 0 ? [Math.round(4 * (bottom - row.getBoundingClientRect().top)) / 4] : [];
      });
    return [...document.querySelectorAll(".MuiDataGrid-row")]
      .map((row) => ({ text: row.textContent, bottoms: [...new Set(bottoms(row))] }))
      .filter((row) => row.bottoms.length > 1);
  });

it.each([
  { name: "clients", query: "as=admin", path: "/clients?sort=expires_on" },
  { name: "MSPs", query: "as=admin", path: "/msps" },
  { name: "a review", query: "as=admin&sync=review&still", path: `/syncs/${inReview}/review` },
])("shows the texts of a row of $name on one line", async ({ query, path }) => {
  const { page } = await open(query, path);
  await settled(page);
  await page.getByRole("gridcell").first().waitFor();
  expect(await unaligned(page)).toEqual([]);
  await page.close();
});

it("follows the theme of the system until another is chosen", async () => {
  const { page } = await open("as=admin", "/settings");
  await page.emulateMedia({ colorScheme: "dark" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByText("Appearance").waitFor();
  await expect.poll(background).toBe("rgb(19, 21, 25)");
  await page.getByRole("button", { name: "Light" }).click();
  await expect.poll(background).toBe("rgb(255, 255, 255)");
  await page.close();
});

it("changes its colours at once with reduced motion", async () => {
  const { page } = await open("as=admin", "/msps");
  await settled(page);
  await still(page);
  const dark = await page.evaluate(() => {
    const text = () => getComputedStyle(document.body).color;
    const root = document.documentElement;
    root.dataset.theme = "light";
    const before = text();
    root.dataset.theme = "dark";
    return { changed: text() !== before, moving: document.getAnimations().length };
  });
  expect(dark).toEqual({ changed: true, moving: 0 });
  await page.close();
});

it("widens columns by a drag, selects rows and copies them", async () => {
  const { page, faults } = await open("as=admin", "/clients?columns=name:240,status,external_id");
  await settled(page);
  const header = page.locator("[role=columnheader][data-field=name]");
  await header.waitFor();
  const edge = await header.locator(".MuiDataGrid-columnSeparator--resizable").boundingBox();
  if (!edge) throw new Error("the header has no edge to drag");
  const [x, y] = [edge.x + edge.width / 2, edge.y + edge.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => decodeURIComponent(page.url())).toContain("columns=name:300,status,external_id");
  await page.setViewportSize({ width: 640, height: 600 });
  await page.getByRole("columnheader", { name: "Id in the product" }).waitFor({ state: "attached" });
  expect(await overflows(page)).toBe(false);
  await page.setViewportSize({ width: 1280, height: 800 });
  const boxes = page.getByRole("checkbox", { name: /^Select (?!all)/ });
  await boxes.nth(0).click();
  await boxes.nth(2).click({ modifiers: ["Shift"] });
  await page.getByRole("group", { name: "Selected rows" }).getByText("3 selected").waitFor();
  expect(await violationsInBoth(page)).toBe("");
  await page.keyboard.press("Control+c");
  await page.getByText("Copied 3 rows").waitFor();
  expect(await violationsInBoth(page)).toBe("");
  await page.getByRole("gridcell").nth(1).click({ button: "right" });
  await page.getByRole("menu", { name: "Actions of the cell" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("dialog", { name: "Columns of this list" }).waitFor();
  expect(await violationsInBoth(page)).toBe("");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("main").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  expect(await violationsInBoth(page)).toBe("");
  expect(faults).toEqual([]);
  await page.close();
});

it("shows a list with its last columns, whatever leads to it", async () => {
  const { page, faults } = await open("as=admin", "/clients?columns=status,name");
  await settled(page);
  const fields = () =>
    page
      .getByRole("columnheader")
      .evaluateAll((headers) => headers.map((header) => header.getAttribute("data-field")).slice(1));
  await expect.poll(fields).toEqual(["status", "name"]);
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.evaluate(() => {
    window.location.hash = "#/clients?status=active";
  });
  await expect.poll(() => decodeURIComponent(page.url())).toContain("?status=active&columns=status,name");
  await expect.poll(fields).toEqual(["status", "name"]);
  expect(faults).toEqual([]);
  await page.close();
});

/** Presses Tab until a button has the focus. */
const tabbing =
  (page: Page) =>
  async (name: string | RegExp, back = false) => {
    for (let n = 0; n < 30; n++) {
      const button = page.locator(":focus").and(page.getByRole("button", { name }));
      if ((await button.count()) > 0) return;
      await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    }
    throw new Error(`no way to ${name} by Tab`);
  };

it("lets an administrator find a user, change their role and deactivate them by keyboard", async () => {
  const { page, faults } = await open("as=admin", "/admin/users");
  await settled(page);
  const { keyboard } = page;
  const tabTo = tabbing(page);
  await page.getByRole("searchbox", { name: "Search users" }).focus();
  await keyboard.type("tom b");
  await page.getByText("1 in total").waitFor();
  // Move into the table and to the row, then open it.
  for (let n = 0; n < 12 && (await page.locator(".MuiDataGrid-root :focus").count()) === 0; n++) {
    await keyboard.press("Tab");
  }
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Tom Brandt" });
  await panel.waitFor();
  await tabTo(/^Change role/);
  await keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Change the role of Tom Brandt" }).waitFor();
  await keyboard.press("Enter");
  await page.getByRole("option", { name: "MSP user" }).waitFor();
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  await tabTo("Change role");
  expect(await violations(page)).toBe("");
  await keyboard.press("Enter");
  await page.getByText("Tom Brandt is now MSP administrator at Alpine IT Services.").waitFor();
  await tabTo("Deactivate");
  await keyboard.press("Enter");
  const question = page.getByRole("dialog", { name: "Deactivate Tom Brandt?" });
  await question.waitFor();
  await keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  await tabTo("Deactivate");
  await keyboard.press("Enter");
  await tabTo("Deactivate Tom Brandt");
  await keyboard.press("Enter");
  await panel.getByText("Deactivated", { exact: true }).waitFor();
  await panel.getByRole("button", { name: "Reactivate" }).focus();
  await keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  expect(faults).toEqual([]);
  await page.close();
});

it("lets an administrator connect a product and pause it by keyboard", async () => {
  const { page, faults } = await open("as=admin&still", "/syncs");
  await settled(page);
  await page.getByRole("article").waitFor();
  const { keyboard } = page;
  const tabTo = tabbing(page);
  await page.getByRole("main").focus();
  await tabTo("Add product");
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add a product" });
  await dialog.waitFor();
  await dialog.getByLabel("Customer id").and(page.locator(":focus")).waitFor();
  await keyboard.type("120999");
  await keyboard.press("Tab");
  await keyboard.type("a-right-key-c0de");
  await tabTo("Test");
  await keyboard.press("Enter");
  await dialog.getByText("Heimdal accepts this connection and lists 636 customers.").waitFor();
  expect(await violations(page)).toBe("");
  await tabTo("Add product");
  await keyboard.press("Enter");
  const added = page.getByRole("article").filter({ hasText: "120999" });
  await added.getByText("ends in c0de").waitFor();
  await dialog.waitFor({ state: "detached" });
  await tabTo("Pause Heimdal, customer 120999");
  await keyboard.press("Enter");
  const question = page.getByRole("dialog", { name: "Pause Heimdal, customer 120999?" });
  await question.waitFor();
  await tabTo("Pause");
  await keyboard.press("Enter");
  await added.getByRole("button", { name: /^Resume/ }).waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

it("lets an administrator decide on a sync by keyboard", async () => {
  const { page, faults } = await open("as=admin&sync=review&still", `/syncs/${inReview}/review`);
  await settled(page);
  await page.getByRole("main").focus();
  await tabbing(page)("Discard this run");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabbing(page)("Discard run");
  await page.keyboard.press("Enter");
  await page.getByText("Ada Lindqvist discarded it. Nothing was changed.").waitFor();
  expect(faults).toEqual([]);
  await page.close();
});
