import { afterEach, expect, it, vi } from "vitest";
import { formatDate, formatNumber } from "./format";

afterEach(() => vi.restoreAllMocks());

it("formats without a locale, where WebKit has the language C", () => {
  vi.spyOn(navigator, "language", "get").mockReturnValue("C");
  expect(formatNumber(1234.5)).toBe("1,234.5");
  expect(formatDate("2027-03-31")).toBe("Mar 31, 2027");
});

it("formats in the locale of the user", () => {
  vi.spyOn(navigator, "language", "get").mockReturnValue("de-DE");
  expect(formatNumber(1234.5)).toBe("1.234,5");
});
