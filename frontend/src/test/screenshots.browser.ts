import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import { open, still, withChromium } from "./chromium";

// Pictures of the screens that are open all day, in each state and width. The run keeps them for people to look at, and
// checks in each what must hold.

const folder = resolve(import.meta.dirname, "../../../build/bin/screens");
const widths = [960, 1280, 1920];
const height = 800;

withChromium();
beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});

const screenNames = ["overview", "msps", "clients", "client", "changes"] as const;
type Screen = (typeof screenNames)[number];

const paths: Record<Screen, string> = {
  overview: "/overview",
  msps: "/msps",
  clients: "/clients",
  client: "/clients/0195a000-0000-7000-9000-000000000003",
  changes: "/changes",
};

const headings: Record<Screen, string> = {
  overview: "Overview",
  msps: "MSPs",
  clients: "Clients",
  client: "Clients",
  changes: "Changes",
};

type Text = string | RegExp;
/** The text of each screen. A screen without one does not have the state. */
type Texts = Partial<Record<Screen, Text>>;

interface State {
  name: string;
  /** The query of browserFake. */
  query: string;
  /** The text by which a screen shows the state. */
  shows: Texts;
  /** Other paths than usual. */
  at?: Partial<Record<Screen, string>>;
  /** The data is on screen before something happens, and stays there. */
  keeps?: Texts;
  loading?: boolean;
  dark?: boolean;
}

/** The same for every screen. */
const everywhere = (text: Text): Texts => Object.fromEntries(screenNames.map((screen) => [screen, text]));

const loaded = (clients: Text): Texts => ({
  overview: "Needs attention",
  msps: /^\d+ in total$/,
  clients,
  // The id of the client, among its facts.
  client: "4003",
  changes: /^\d+ in total$/,
});

const each = (parameter: string, value = "") =>
  screenNames.map((call) => `${parameter}=${call}${value}`).join("&");

const states: State[] = [
  { name: "40", query: "world=small", shows: loaded("40 in total"), dark: true },
  { name: "10000", query: "world=large", shows: loaded("Showing 100 of 10,000"), dark: true },
  { name: "loading", query: each("wait"), shows: { ...headings, client: "Client" }, loading: true },
  {
    name: "empty",
    query: "sync=never",
    shows: {
      overview: "Nothing synced yet",
      msps: "No MSPs yet",
      clients: "No clients yet",
      changes: "No changes yet",
    },
  },
  {
    name: "no-match",
    query: "",
    at: {
      msps: "/msps?q=zebra",
      clients: "/clients?q=zebra",
      client: "/clients/0195a000-0000-7000-9000-00000000ffff",
      changes: "/changes?kind=removed&field=name",
    },
    shows: {
      msps: "Nothing matches",
      clients: "Nothing matches",
      client: "Not found",
      changes: "Nothing matches",
    },
  },
  { name: "stale", query: "sync=stale", shows: everywhere("Data from 2 days ago") },
  {
    name: "offline",
    query: "offline=120",
    keeps: loaded("Showing 100 of 612"),
    shows: everywhere(/^Offline since/),
  },
  {
    name: "offline-at-start",
    query: `offline=1&${each("fail", ":no_network")}`,
    shows: everywhere(/^Offline since/),
  },
  { name: "error", query: each("fail", ":internal"), shows: everywhere("Something went wrong") },
];

const skeletons = "#content .MuiSkeleton-root";

/** Shows a screen of the state, without loading the page anew, and waits until it is there. */
async function goTo(page: Page, state: State, screen: Screen) {
  await page.evaluate((path) => {
    window.location.hash = path;
  }, state.at?.[screen] ?? paths[screen]);
  await page.getByRole("heading", { level: 1, name: headings[screen], exact: true }).waitFor();
  await page.getByRole("complementary").waitFor({ state: screen === "client" ? "visible" : "detached" });
  if (state.loading) await page.locator(skeletons).first().waitFor();
  else await expect.poll(() => page.locator(skeletons).count(), { timeout: 60_000 }).toBe(0);
}

const visible = (page: Page, text: Text) =>
  page
    .getByText(text, { exact: typeof text === "string" })
    .filter({ visible: true })
    .first()
    .waitFor();

/** What is wrong in a picture: what is outside its place, and what is cut without a way to read the rest. */
const faultsOf = (page: Page) =>
  page.evaluate(() => {
    const all = (selector: string) => [...document.querySelectorAll(selector)];
    const right = (element: Element) => element.getBoundingClientRect().right;
    const isCut = (element: Element) => element.scrollWidth > element.clientWidth + 1;
    const hides = (element: Element) => getComputedStyle(element).overflowX !== "visible";
    const hidesSome = (element: Element) => {
      for (let box = element.parentElement; box; box = box.parentElement) {
        if (hides(box) && right(element) > right(box) + 0.5) return true;
        if (box.role === "gridcell" || box.role === "columnheader") return false;
      }
      return false;
    };
    const say = (what: string) => (element: Element) =>
      `${what}: ${element.textContent || element.closest("[aria-label]")?.ariaLabel || element.outerHTML}`;
    const readable = "[title], [aria-label], [role=grid], .MuiChip-root";
    const table = all(".MuiDataGrid-root")[0];
    return [
      ...(isCut(document.documentElement) ? ["the page overflows"] : []),
      ...all("[role=columnheader]")
        .filter((header) => table && right(header) > right(table) + 1)
        .map(say("outside the table")),
      ...all("[role=columnheader] .MuiDataGrid-columnHeaderTitle, [role=columnheader] span")
        .filter((title) => hides(title) && isCut(title))
        .map(say("a header is cut")),
      ...all(".MuiDataGrid-cell--textRight, .MuiDataGrid-cell--textRight [data-cut-text]")
        .filter((figure) => hides(figure) && isCut(figure))
        .map(say("a figure is cut")),
      ...all("[role=gridcell] button, [role=gridcell] svg, [role=columnheader] .MuiCheckbox-root svg")
        .filter(hidesSome)
        .map(say("a control is cut")),
      ...all("#content *")
        .filter((text) => getComputedStyle(text).textOverflow === "ellipsis" && !text.closest(readable))
        .filter((text) => isCut(text) && !text.closest("[data-cut-text]"))
        .map(say("cut without a tooltip")),
    ];
  });

async function photograph(page: Page, name: string, texts: (Text | undefined)[]) {
  for (const width of widths) {
    await page.setViewportSize({ width, height });
    for (const text of texts) if (text !== undefined) await visible(page, text);
    await still(page);
    // The list chooses its columns anew after the window has changed.
    await expect
      .poll(() => faultsOf(page), { message: `${name}, ${width} wide`, timeout: 10_000 })
      .toEqual([]);
    await page.screenshot({ path: `${folder}/${name}-${width}.png` });
  }
}

async function chooseTheme(page: Page, colorScheme: "light" | "dark") {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
}

it.each(states)("keeps pictures of the state $name", async (state) => {
  const { name, query, shows, keeps } = state;
  const { page } = await open(`as=admin&still&${query}`, "/settings");
  const screens = screenNames.filter((screen) => shows[screen] !== undefined);
  if (keeps) {
    await page.clock.install();
    await page.reload();
    for (const screen of screens) {
      await goTo(page, state, screen);
      await visible(page, keeps[screen] ?? "");
    }
    // By then all data is read again.
    await page.clock.fastForward("02:30");
  }
  for (const screen of screens) {
    await goTo(page, state, screen);
    const texts = [shows[screen], keeps?.[screen]];
    await photograph(page, `${screen}-${name}`, texts);
    if (!state.dark) continue;
    await chooseTheme(page, "dark");
    await photograph(page, `${screen}-${name}-dark`, texts);
    await chooseTheme(page, "light");
  }
  await page.close();
});
