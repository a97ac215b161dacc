import { screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatDateTime } from "../i18n/format";
import { renderPart } from "../test/render";
import { DayFromNow, Expiry } from "./Expiry";
import { Day, Time } from "./Time";

const now = new Date("2026-11-23T12:00:00Z");

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a moment", () => {
  it("shows its date and time of day before its distance", () => {
    const at = "2026-11-23T11:57:00Z";
    renderPart(<Time at={at} />);
    const time = screen.getByText(`${formatDateTime(at)} · 3 min ago`);
    expect(time).toHaveAttribute("datetime", at);
    expect(time).toHaveTextContent(/^Nov 23, 2026, \d+:57 [AP]M · 3 min ago$/);
  });

  it("shows its date alone in a table", () => {
    renderPart(<Time short at="2026-11-21T11:00:00Z" />);
    expect(screen.getByText("Nov 21, 2026 · 2 d ago")).toBeVisible();
  });

  it("is an en dash where it is absent, and itself where it is malformed", () => {
    renderPart(
      <>
        <Time at={null} />
        <Time at="soon" />
      </>,
    );
    expect(screen.getByText("–")).toBeVisible();
    expect(screen.getByText("soon")).toBeVisible();
  });
});

describe("a day", () => {
  it.each([
    ["2020-01-01", "Jan 1, 2020 · 6 y ago"],
    ["2026-10-19", "Oct 19, 2026 · 35 d ago"],
    ["2026-11-22", "Nov 22, 2026 · yesterday"],
    ["2026-11-23", "Nov 23, 2026 · today"],
    ["2026-11-24", "Nov 24, 2026 · tomorrow"],
    ["2026-12-05", "Dec 5, 2026 · in 12 d"],
    ["2027-09-30", "Sep 30, 2027 · in 10 mo"],
    ["2028-12-31", "Dec 31, 2028 · in 2 y"],
  ])("%s shows its date before its distance", (on, words) => {
    renderPart(<Expiry on={on} />);
    expect(screen.getByText(words)).toHaveAttribute("datetime", on);
  });

  it("that ends something near or past has an icon", () => {
    const { container, rerender } = renderPart(<Expiry on="2026-12-23" />);
    expect(container.querySelector("svg")).not.toBeNull();
    rerender(<Expiry on="2026-12-24" />);
    expect(container.querySelector("svg")).toBeNull();
  });

  it("stays the day it is, whatever the time zone", () => {
    renderPart(
      <>
        <DayFromNow on="2026-11-20" />
        <Day on="2027-03-31" />
      </>,
    );
    expect(screen.getByText("Nov 20, 2026 · 3 d ago")).toBeVisible();
    expect(screen.getByText("Mar 31, 2027")).toBeVisible();
  });
});
