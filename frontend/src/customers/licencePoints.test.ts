import { describe, expect, it } from "vitest";
import type { LicenceSpan } from "../bridge/models";
import { spanPoints, trendPoints } from "./licencePoints";

const now = new Date("2026-11-30T12:00:00Z");

/** A span of active licences; purchased are ten more. */
const span = (from: string, until: string | null, seats: number, status = "active"): LicenceSpan => ({
  from: `2026-${from}T00:00:00Z`,
  until: until && `2026-${until}T00:00:00Z`,
  status: status as LicenceSpan["status"],
  seats_used: seats,
  seats_total: seats + 10,
});

const pointsOf = (...spans: LicenceSpan[]) =>
  spanPoints(spans, now).map(({ time, active, purchased }) => `${time.slice(5, 10)} ${active}/${purchased}`);

describe("spanPoints", () => {
  it("holds the figures of each span until the next, and the current ones until now", () => {
    expect(pointsOf(span("10-05", null, 3), span("09-01", "10-05", 2))).toEqual([
      "09-01 2/12",
      "10-05 3/13",
      "11-30 3/13",
    ]);
  });

  it("leaves a gap between spans that do not meet", () => {
    expect(pointsOf(span("10-05", null, 3), span("08-01", "09-01", 2))).toEqual([
      "08-01 2/12",
      "09-01 null/null",
      "10-05 3/13",
      "11-30 3/13",
    ]);
  });

  it("ends with the last span where the client is the viewer's no longer", () => {
    expect(pointsOf(span("08-01", "09-01", 2))).toEqual(["08-01 2/12", "09-01 null/null"]);
  });

  it("has no figures while the client is removed, and keeps them while it is missing", () => {
    expect(pointsOf(span("10-05", null, 3, "removed"), span("09-01", "10-05", 3, "missing"))).toEqual([
      "09-01 3/13",
      "10-05 null/null",
      "11-30 null/null",
    ]);
  });

  it("is empty without spans", () => {
    expect(pointsOf()).toEqual([]);
  });
});

describe("trendPoints", () => {
  it("has the licences of each day", () => {
    expect(trendPoints([{ day: "2026-11-29", clients: 4, seats_used: 7, seats_total: null }])).toEqual([
      { time: "2026-11-29", active: 7, purchased: null },
    ]);
  });
});
