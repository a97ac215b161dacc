import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { expectAccessible, renderPart } from "../test/render";
import { parseRangeFilter, RangeChip, rangeLabel } from "./RangeChip";

function chip(value?: string, withUnknown = true) {
  const onChange = vi.fn();
  const part = renderPart(
    <RangeChip label="Purchased" value={value} withUnknown={withUnknown} onChange={onChange} />,
  );
  return { ...part, onChange };
}

const openForm = async (user: ReturnType<typeof chip>["user"], name = "Purchased") => {
  await user.click(screen.getByRole("button", { name }));
  const first = await screen.findByRole("textbox", { name: "From" });
  await waitFor(() => expect(first).toHaveFocus());
};

describe("a filter by a range", () => {
  it.each([
    ["20{Tab}40{Enter}", "20..40"],
    ["20{Enter}", "20.."],
    ["{Tab}40{Enter}", "..40"],
    ["7{Tab}7{Enter}", "7"],
    ["{Enter}", undefined],
  ])("is typed and entered: %s", async (keys, range) => {
    const { user, onChange } = chip();
    await openForm(user);
    await user.keyboard(keys);
    expect(onChange).toHaveBeenCalledWith(range);
  });

  it.each([
    ["40{Tab}20{Enter}", "The first number is larger than the second. Enter them the other way round."],
    ["some{Enter}", "Enter whole numbers, for example from 5 to 20."],
    ["{Tab}-1{Enter}", "Enter whole numbers, for example from 5 to 20."],
  ])("shows what is wrong, and does not filter: %s", async (keys, text) => {
    const { user, onChange } = chip();
    await openForm(user);
    await user.keyboard(keys);
    expect(screen.getByRole("alert")).toHaveTextContent(text);
    expect(screen.getByRole("textbox", { name: "From" })).toHaveAccessibleDescription(text);
    expect(onChange).not.toHaveBeenCalled();
    await expectAccessible();
    await user.keyboard("{Backspace}");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("takes negative numbers where the number may be negative", async () => {
    const onChange = vi.fn();
    const { user } = renderPart(
      <RangeChip label="Growth" value={undefined} withUnknown signed onChange={onChange} />,
    );
    await openForm(user, "Growth");
    await user.keyboard("{Tab}-1{Enter}");
    expect(onChange).toHaveBeenCalledWith("..-1");
    expect(rangeLabel("..-1")).toBe("up to -1");
    expect(parseRangeFilter("..-1", true, true)).toBe("..-1");
    expect(parseRangeFilter("..-1", true)).toBeUndefined();
  });

  it("can be set to unknown instead of numbers", async () => {
    const { user, onChange } = chip();
    await openForm(user);
    await user.click(screen.getByRole("checkbox", { name: "Only unknown values" }));
    expect(screen.getByRole("textbox", { name: "From" })).toBeDisabled();
    await user.click(screen.getByRole("button", { name: "Apply" }));
    expect(onChange).toHaveBeenCalledWith("unknown");
  });

  it("can be the opposite of a range", async () => {
    const { user, onChange } = chip();
    await openForm(user);
    await user.keyboard("5");
    await user.click(screen.getByRole("checkbox", { name: "Is not: all others" }));
    await user.click(screen.getByRole("button", { name: "Apply" }));
    expect(onChange).toHaveBeenCalledWith("!5..");
  });

  it("offers unknown only where it is possible", async () => {
    const { user } = chip(undefined, false);
    await openForm(user);
    expect(screen.getAllByRole("checkbox")).toEqual([
      screen.getByRole("checkbox", { name: "Is not: all others" }),
    ]);
  });

  it("starts with the chosen range, and removes it", async () => {
    const { user, onChange } = chip("5..10");
    await openForm(user, "Purchased 5 to 10");
    expect(screen.getByRole("textbox", { name: "From" })).toHaveValue("5");
    expect(screen.getByRole("textbox", { name: "To" })).toHaveValue("10");
    await user.click(screen.getByRole("button", { name: "Any" }));
    expect(onChange).toHaveBeenCalledWith(undefined);
  });

  it("closes on Escape and changes nothing", async () => {
    const { user, onChange } = chip("5..");
    await openForm(user, "Purchased from 5");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(onChange).not.toHaveBeenCalled();
  });
});

it.each([
  ["5..10", "5 to 10"],
  ["1200..", "from 1,200"],
  ["..5", "up to 5"],
  ["5..5", "5"],
  ["unknown", "unknown"],
  ["!5..10", "is not 5 to 10"],
  ["..5,10..,unknown", "up to 5, from 10, or unknown"],
])("the label of range %s", (value, words) => {
  expect(rangeLabel(value)).toBe(words);
});

it("an invalid range in the address is ignored", () => {
  expect(parseRangeFilter("9..1", true)).toBeUndefined();
  expect(parseRangeFilter("unknown", false)).toBeUndefined();
  expect(parseRangeFilter("unknown", true)).toBe("unknown");
  expect(parseRangeFilter("5..5", true)).toBe("5");
});
