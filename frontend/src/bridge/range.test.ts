import { describe, expect, it } from "vitest";
import { formatRange, parseRange } from "./range";

describe("a range in the address", () => {
  it.each([
    ["5", 5, 5],
    ["5..", 5, null],
    ["..5", null, 5],
    ["5..10", 5, 10],
    ["0..0", 0, 0],
  ])("%s", (text, from, to) => {
    expect(parseRange(text)).toEqual({ from, to });
  });

  it.each(["", "..", "-5", "5..-1", "10..5", "5...10", "1..2..3", "five", "1.5", " 5", "99999999999999999"])(
    "is not %j",
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );

  it.each(["5", "5..", "..5", "5..10"])("is written as it was read: %s", (text) => {
    expect(formatRange(parseRange(text) ?? { from: null, to: null })).toBe(text);
  });
});
