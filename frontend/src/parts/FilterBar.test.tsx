import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { expectAccessible, renderPart } from "../test/render";
import { FilterBar, FilterChip } from "./FilterBar";

afterEach(() => {
  vi.restoreAllMocks();
});

const chip = (label: string, value?: number) => (
  <FilterChip label={label} value={value} options={[{ value: 1, label: "one" }]} onChange={() => undefined} />
);

/** A bar with room for the first filter only; the others are on a second line. */
function narrowBar(third?: number) {
  vi.spyOn(HTMLElement.prototype, "offsetTop", "get").mockImplementation(function (this: HTMLElement) {
    return /Second|Third/.test(this.textContent) ? 40 : 0;
  });
  return renderPart(
    <FilterBar onClear={() => undefined}>
      {chip("First")}
      {chip("Second")}
      {chip("Third", third)}
    </FilterBar>,
  );
}
const line = () => screen.getByRole("button", { name: "First" }).parentElement as HTMLElement;

it("stays one line, and shows the other filters when asked", async () => {
  const { user } = narrowBar();
  const more = screen.getByRole("button", { name: "More filters" });
  expect(more).toHaveAttribute("aria-expanded", "false");
  expect(line()).toHaveStyle({ overflow: "hidden" });
  await expectAccessible();
  await user.click(more);
  expect(line()).not.toHaveStyle({ overflow: "hidden" });
  await user.click(screen.getByRole("button", { name: "Fewer filters" }));
  expect(line()).toHaveStyle({ overflow: "hidden" });
});

it("shows the filters that the keyboard reaches", async () => {
  const { user } = narrowBar();
  await user.tab();
  expect(line()).toHaveStyle({ overflow: "hidden" });
  await user.tab();
  expect(screen.getByRole("button", { name: "Second" })).toHaveFocus();
  await waitFor(() => expect(line()).not.toHaveStyle({ overflow: "hidden" }));
});

it("counts the filters that are set on the hidden line", () => {
  narrowBar(1);
  expect(screen.getByRole("button", { name: "More filters: 1 set" })).toBeVisible();
});

it("has nothing to show where there is room for all", () => {
  renderPart(<FilterBar>{chip("First")}</FilterBar>);
  expect(screen.queryByRole("button", { name: /filters/ })).toBeNull();
});
