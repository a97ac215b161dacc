import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { open, settled, still, violationsInBoth, withChromium } from "./chromium";

withChromium();

interface Placed {
  text: string;
  set: boolean;
  left: number;
  /** Whether the whole chip is on the visible line of the bar. */
  visible: boolean;
}

/** The chips of the filter bar, in the order of the document. */
async function chipsOf(page: Page): Promise<Placed[]> {
  await still(page);
  return page.evaluate(() =>
    [...document.querySelectorAll(".MuiChip-root[aria-haspopup]")].map((chip) => {
      const { left, right, top, bottom } = chip.getBoundingClientRect();
      const line = chip.parentElement?.getBoundingClientRect() ?? new DOMRect();
      const visible = left >= line.left && right <= line.right && top >= line.top && bottom <= line.bottom;
      return { text: chip.textContent, set: chip.hasAttribute("data-chosen"), left, visible };
    }),
  );
}

const textsOf = (chips: Placed[]) => chips.map(({ text }) => text);
const heightOf = (page: Page) =>
  page.evaluate(() => document.querySelector(".MuiChip-root")?.parentElement?.clientHeight);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

const late = "/clients?type=CORP&spla=yes";
const many =
  "/clients?status=active,missing&licence_type=PRO&spla=yes&seats_used=1..&seats_total=1..&name=a" +
  "&external_id=1&first_seen_at=2020-01-01..&last_seen_at=2020-01-01..";

it.each([960, 1280])("shows the filters that are set first in %i pixels, and Tab follows", async (width) => {
  const { page, faults } = await open("as=admin", late);
  await page.setViewportSize({ width, height: 800 });
  await settled(page);
  await page.getByRole("button", { name: "More filters", exact: true }).waitFor();
  const chips = await chipsOf(page);
  expect(textsOf(chips).slice(0, 2)).toEqual(["Type CORP", "SPLA yes"]);
  const visible = chips.filter((chip) => chip.visible);
  expect(textsOf(visible.filter(({ set }) => set))).toEqual(textsOf(chips.slice(0, 2)));
  expect(visible.map(({ left }) => left)).toEqual(visible.map(({ left }) => left).sort((a, b) => a - b));
  expect(await heightOf(page)).toBeLessThan(44);
  await page.getByRole("searchbox", { name: "Search clients" }).focus();
  for (const { text } of visible) {
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe(text);
  }
  expect(await heightOf(page)).toBeLessThan(44);
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Fewer filters" }).waitFor();
  expect((await chipsOf(page)).every((chip) => chip.visible)).toBe(true);
  expect(await focused(page)).toBe(chips[visible.length]?.text);
  expect(faults).toEqual([]);
  await page.close();
});

it.each([960, 1280])("says in %i pixels how many filters that are set have no room", async (width) => {
  const { page } = await open("as=admin", many);
  await page.setViewportSize({ width, height: 800 });
  await settled(page);
  await page.getByRole("button", { name: /^More filters/ }).waitFor();
  const chips = await chipsOf(page);
  expect(chips.filter(({ set }) => set)).toHaveLength(9);
  expect(chips.slice(0, 9).every(({ set }) => set)).toBe(true);
  const hidden = chips.filter(({ set, visible }) => set && !visible).length;
  expect(hidden).toBeGreaterThan(0);
  await page.getByRole("button", { name: `More filters: ${hidden} set` }).waitFor();
  expect(await violationsInBoth(page)).toBe("");
  await page.close();
});

it("keeps a chip in its place while its menu is open, and shows it with the focus afterwards", async () => {
  const { page, faults } = await open("as=admin", "/clients");
  await page.setViewportSize({ width: 960, height: 800 });
  await settled(page);
  await page.getByRole("button", { name: /^More filters/ }).waitFor();
  const before = await chipsOf(page);
  const last = before.filter((chip) => chip.visible).at(-1);
  const chip = page.locator(".MuiChip-root[aria-haspopup=menu]").filter({ hasText: last?.text ?? "" });
  await chip.click();
  const menu = page.getByRole("menu");
  const items = menu.getByRole("menuitemcheckbox");
  await items.nth(1).waitFor();
  await still(page);
  const place = await menu.boundingBox();
  for (const n of [0, 1]) await items.nth(n).click();
  await expect.poll(() => page.locator(".MuiChip-root[data-chosen]").count()).toBe(1);
  await still(page);
  expect(await menu.boundingBox()).toMatchObject({ x: place?.x, y: place?.y });
  const during = await chipsOf(page);
  expect(during.map(({ left }) => left)[before.indexOf(last as Placed)]).toBe(last?.left);
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  const after = await chipsOf(page);
  const set = after.find((one) => one.set);
  expect(set?.visible).toBe(true);
  expect(await focused(page)).toBe(set?.text);
  expect(await heightOf(page)).toBeLessThan(44);
  expect(faults).toEqual([]);
  await page.close();
});

it("moves no other chip under the pointer that clears one", async () => {
  const { page } = await open("as=admin", late);
  await settled(page);
  const chip = page.locator(".MuiChip-root[data-chosen]").filter({ hasText: "SPLA" });
  await chip.locator(".MuiChip-deleteIcon").click();
  await expect.poll(async () => textsOf(await chipsOf(page))[1]).toBe("SPLA");
  await page.getByRole("searchbox", { name: "Search clients" }).focus();
  await expect.poll(async () => textsOf(await chipsOf(page))[1]).toBe("Status");
  await page.close();
});
