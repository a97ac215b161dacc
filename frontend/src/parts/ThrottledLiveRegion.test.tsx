import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ThrottledLiveRegion } from "./ThrottledLiveRegion";

afterEach(() => vi.useRealTimers());

it("announces the latest text after each interval, and skips those in between", () => {
  vi.useFakeTimers();
  const { rerender } = render(<ThrottledLiveRegion text="1 read" />);
  const announced = () => screen.getByRole("status").textContent;
  expect(announced()).toBe("1 read");
  for (const n of [2, 3, 4]) {
    rerender(<ThrottledLiveRegion text={`${n} read`} />);
    act(() => vi.advanceTimersByTime(1_000));
    expect(announced()).toBe("1 read");
  }
  act(() => vi.advanceTimersByTime(30_000));
  expect(announced()).toBe("4 read");
});
