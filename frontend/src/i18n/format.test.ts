import { describe, expect, it } from "vitest";
import { dayIn, daysUntil, formatRelative } from "./format";

const now = new Date("2026-11-23T12:00:00Z");
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe("a moment relative to now", () => {
  it.each([
    [-59, "now"],
    [-119, "1 minute ago"],
    [-2 * hour + 1, "1 hour ago"],
    [-2 * day + 1, "yesterday"],
    [30, "now"],
    [90 * minute, "in 2 hours"],
    [2 * day - 30, "in 2 days"],
    [3 * day - 30, "in 3 days"],
    [3 * day - hour, "in 3 days"],
    [2.4 * day, "in 2 days"],
    [day - 30, "tomorrow"],
    [23.5 * hour, "in 24 hours"],
  ])("%d seconds from now reads %s", (seconds, words) => {
    expect(formatRelative(new Date(now.getTime() + seconds * 1000), now)).toBe(words);
  });
});

describe("the day in a time zone", () => {
  const moment = new Date("2026-11-23T10:30:00Z");
  it.each([
    ["UTC", "2026-11-23"],
    ["Pacific/Kiritimati", "2026-11-24"],
    ["Pacific/Pago_Pago", "2026-11-22"],
  ])("in %s is %s", (zone, day) => {
    expect(dayIn(zone, moment)).toBe(day);
    expect(daysUntil("2026-11-25", moment, zone)).toBe(25 - Number(day.slice(-2)));
  });

  it("is the user's own where the zone is not known", () => {
    expect(dayIn("Mars/Base", moment)).toBe(dayIn(undefined, moment));
  });
});
