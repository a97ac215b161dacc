import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, expect, it } from "vitest";
import { open, settled, still, withChromium } from "./chromium";

// Pictures of the screens that are open all day, in each state and width, for people to look at. The run keeps them; what
// must hold in each is checked while they are taken.

const folder = resolve(import.meta.dirname, "../../../build/bin/screens");
const widths = [960, 1280, 1920];
const height = 800;

withChromium();
beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});

const paths = {
  overview: "/overview",
  msps: "/msps",
  clients: "/clients",
  client: "/clients/0195a000-0000-7000-9000-000000000003",
  changes: "/changes",
};

type Screen = keyof typeof paths;

interface State {
  name: string;
  /** The query of browserFake. */
  query: string;
  /** The text by which each screen shows the state. Screens without one do not have it. */
  shows: Partial<Record<Screen, string | RegExp>>;
  /** What follows the path of the screen. */
  search?: string;
  /** Another path of a screen. */
  paths?: Partial<Record<Screen, string>>;
  /** Whether the screens are loaded before what happens. */
  before?: boolean;
}

const failing = (how: string) =>
  ["overview", "msps", "clients", "client", "changes"].map((call) => `fail=${call}:${how}`).join("&");

/** The same text on every screen. */
const everywhere = (text: string | RegExp): Record<Screen, string | RegExp> => ({
  overview: text,
  msps: text,
  clients: text,
  client: text,
  changes: text,
});

const loaded = (clients: RegExp): State["shows"] => ({
  overview: "Needs attention",
  msps: /\d in total$/,
  clients,
  client: "As the product sent it",
  changes: /^Showing|in total$/,
});

const states: State[] = [
  { name: "40", query: "world=small", shows: loaded(/^40 in total$/) },
  { name: "10000", query: "world=large", shows: loaded(/^Showing 100 of 10,000$/) },
  {
    name: "loading",
    query: "wait=overview&wait=msps&wait=clients&wait=client&wait=changes",
    shows: {
      overview: "Overview",
      msps: "Loading",
      clients: "Loading",
      client: "Loading",
      changes: "Loading",
    },
  },
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
    search: "?q=zebra",
    paths: {
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
  { name: "stale", query: "sync=stale", shows: everywhere(/^Data from 2 days ago/) },
  {
    name: "offline",
    query: "happens=offline",
    before: true,
    shows: everywhere(/^Offline since/),
  },
  { name: "offline-first", query: failing("no_network"), shows: everywhere(/^Offline since/) },
  { name: "error", query: failing("internal"), shows: everywhere("Try again") },
];

/** Shows another screen without loading the page anew. */
async function goTo(page: Page, path: string) {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, path);
}

/** What must hold in every picture; empty where it does. */
const faultsOf = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
      found.push("page overflows");
    const right = document.querySelector(".MuiDataGrid-root")?.getBoundingClientRect().right ?? 0;
    for (const header of document.querySelectorAll("[role=columnheader]")) {
      if (header.getBoundingClientRect().right > right + 1)
        found.push(`outside the table: ${header.textContent}`);
    }
    const within = "[title], [aria-label], [data-cut-text], [role=grid], .MuiChip-root";
    for (const element of document.querySelectorAll("#content *")) {
      const cut = element.scrollWidth > element.clientWidth + 1;
      if (cut && getComputedStyle(element).textOverflow === "ellipsis" && !element.closest(within)) {
        found.push(`cut without a tooltip: ${element.textContent}`);
      }
    }
    return found;
  });

async function photograph(page: Page, name: string, text: string | RegExp) {
  for (const width of widths) {
    await page.setViewportSize({ width, height });
    await page.getByText(text).filter({ visible: true }).first().waitFor();
    await still(page);
    expect.soft(await faultsOf(page), `${name}, ${width} wide`).toEqual([]);
    await page.screenshot({ path: `${folder}/${name}-${width}.png` });
  }
}

it.each(states)(
  "keeps pictures of $name",
  async ({ name, query, shows, search = "", paths: others, before }) => {
    const { page } = await open(`as=admin&still&${query}`, paths.overview);
    const screens = Object.keys(shows) as Screen[];
    const pathOf = (screen: Screen) => others?.[screen] ?? `${paths[screen]}${search}`;
    if (before) {
      // Data that is older than half a minute is loaded again.
      await page.clock.install();
      await page.reload();
      for (const screen of screens) {
        await goTo(page, pathOf(screen));
        await settled(page);
      }
      await page.clock.fastForward("02:30");
    }
    for (const screen of screens) {
      await goTo(page, pathOf(screen));
      await photograph(page, `${screen}-${name}`, shows[screen] ?? "");
      if (!/^\d/.test(name)) continue;
      await page.emulateMedia({ colorScheme: "dark" });
      await page.locator("html[data-theme=dark]").waitFor();
      await photograph(page, `${screen}-${name}-dark`, shows[screen] ?? "");
      await page.emulateMedia({ colorScheme: "light" });
      await page.locator("html[data-theme=light]").waitFor();
    }
    await page.close();
  },
);
