// Plays a person at the system browser: opens the link in a real Chromium, chooses an account at the identity
// provider, and keeps a picture of the page that the app returns.
//
// The file named by PORTAL_BROWSER_CHOICE holds the account's id, "deny" to refuse, or "close" to close the page
// unanswered. What happened is appended to the same name with .log.

import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The packages of the tests lie with the tools, not beside this file.
const { chromium } = createRequire(new URL("../tools/package.json", import.meta.url))("playwright-core");

const choiceFile = process.env.PORTAL_BROWSER_CHOICE;
const choice = readFileSync(choiceFile, "utf8").trim();
const note = (text) => appendFileSync(`${choiceFile}.log`, `${choice}: ${text}\n`);
const profile = mkdtempSync(join(tmpdir(), "portal-browser-"));

// Codes travel in the links; a note names only where they lead.
const place = (url) => new URL(url).origin + new URL(url).pathname;

async function signIn(page) {
  const login = new URL(page.url()).origin;
  const button = choice === "deny" ? "deny" : `account-${choice}`;
  await page.locator(`[id="${button}"]`).click();
  await page.waitForURL((url) => url.origin !== login);
  await page.waitForLoadState("load");
  note(`${place(page.url())} says ${JSON.stringify((await page.innerText("body")).trim())}`);
  if (process.env.PORTAL_BROWSER_SHOT) await page.screenshot({ path: process.env.PORTAL_BROWSER_SHOT });
}

const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.PORTAL_CHROMIUM,
  headless: true,
  timeout: 120_000,
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync"],
  ],
});
try {
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(60_000);
  await page.goto(process.argv[2]);
  note(`opened ${place(page.url())}`);
  if (choice !== "close") await signIn(page);
} catch (problem) {
  note(`failed: ${problem.message}`);
  process.exitCode = 1;
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
