import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll } from "vitest";

let server: ViteDevServer;
let browser: Browser;
// One context, so that the modules of the dev server are fetched once.
let context: BrowserContext;
let address: string;

/** Starts the dev server and a browser for the tests of a file, and ends them. */
export function withChromium() {
  beforeAll(start);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
}

const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
    ],
  });

async function start() {
  server = await createServer({
    configFile: "vite.config.ts",
    // A cache of its own, so that a dev server running at the same time does not replace it.
    cacheDir: "node_modules/.vite/browser-tests",
    server: { port: 0, host: "127.0.0.1" },
    logLevel: "error",
  });
  await server.listen();
  address = server.resolvedUrls?.local[0] ?? "";
  browser = await launch();
  context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    // Colours are measured after any transition.
    reducedMotion: "reduce",
  });
  // The dev server transforms its modules for the first page.
  const { page } = await open("", "/");
  await settled(page);
  await page.close();
}

/** Opens the app over the fake; query is that of browserFake, path the screen. */
export async function open(query: string, path: string) {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  await page.goto(`${address}?delay=0&${query}#${path}`);
  return { page, faults };
}

/**
 * The check that all content is in a landmark, or a dialog. A hint is no content of the page: it describes its element,
 * with which it is read.
 */
const region = {
  id: "region",
  options: { regionMatcher: "dialog, [role=dialog], [role=alertdialog], svg, [role=tooltip]" },
};

/** The accessibility violations as text, so that a failed comparison shows all of it; empty for none. */
export async function violations(page: Page) {
  await page.evaluate(axe.source);
  await page.evaluate(
    (check) => (window as unknown as { axe: typeof axe }).axe.configure({ checks: [check] }),
    region,
  );
  await still(page);
  const found = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return found.violations
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}\n  ${node.failureSummary}`))
    .join("\n");
}

/** Waits until all animations and transitions have ended. */
export const still = (page: Page) =>
  page.waitForFunction(
    () =>
      new Promise((resolve) => {
        // Transitions start in the first frame after a change and can be seen from the second one.
        const looked = () => resolve(document.getAnimations().length === 0);
        requestAnimationFrame(() => requestAnimationFrame(looked));
      }),
  );

export const overflows = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** Waits until the screen has its heading and the network is idle. */
export async function settled(page: Page) {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
}

/** The accessibility violations in light and in dark. */
export async function violationsInBoth(page: Page) {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    found.push(await violations(page));
  }
  return found.join("");
}
