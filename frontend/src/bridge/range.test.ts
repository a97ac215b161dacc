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

  it.each([
    ["-5", -5, -5],
    ["..-1", null, -1],
    ["-5..5", -5, 5],
    ["5..", 5, null],
  ])("may be negative where the number may: %s", (text, from, to) => {
    expect(parseRange(text, true)).toEqual({ from, to });
    expect(formatRange({ from, to })).toBe(text);
  });

  it.each(["--5", "-", "-1..-5", "5-"])("is not %j where the number may be negative", (text) => {
    expect(parseRange(text, true)).toBeUndefined();
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
