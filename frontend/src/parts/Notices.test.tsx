import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible, renderPart } from "../test/render";
import { useClearNotices, useNotify } from "./Notices";
import type { Notice } from "./noticeContext";

/** Returns functions that show a notice and remove all. */
function openNotices() {
  let notify = (_: Notice) => {};
  let clear = () => {};
  function Part() {
    notify = useNotify();
    clear = useClearNotices();
    return null;
  }
  const { user } = renderPart(<Part />);
  return {
    user,
    show: (...notices: Notice[]) =>
      act(() => {
        for (const notice of notices) notify(notice);
      }),
    clear: () => act(() => clear()),
  };
}

const error = (text: string): Notice => ({ tone: "error", text });
const region = () => document.querySelector<HTMLElement>("[aria-live=polite]");
const texts = () => [...document.querySelectorAll(".MuiAlert-message")].map((one) => one.textContent);
const closeButton = (text: string) => {
  const alert = screen.getByText(text).closest<HTMLElement>(".MuiAlert-root");
  return within(alert ?? document.body).getByRole("button", { name: "Close" });
};

afterEach(() => vi.useRealTimers());

describe("notices", () => {
  it("are shown below an error that is still open, in one live region", async () => {
    const { show } = openNotices();
    const before = region();
    show(error("Not copied."), { text: "Saved." });
    expect(texts()).toEqual(["Not copied.", "Saved."]);
    expect(before).toContainElement(screen.getByText("Saved."));
    await expectAccessible();
  });

  it("leave by themselves, and errors stay", () => {
    vi.useFakeTimers();
    const { show } = openNotices();
    show(error("Not copied."), { text: "Saved." }, { text: "Changed.", tone: "info", lasting: true });
    act(() => void vi.advanceTimersByTime(6_000));
    expect(texts()).toEqual(["Not copied.", "Changed."]);
  });

  it("are at most three, and errors wait for room", () => {
    const { show } = openNotices();
    show(error("First."), { text: "Saved." }, error("Second."), error("Third."), { text: "Copied." });
    expect(texts()).toEqual(["Second.", "Third.", "Copied."]);
    fireEvent.click(closeButton("Third."));
    expect(texts()).toEqual(["First.", "Second.", "Copied."]);
  });

  it("are closed by Escape from the newest on", async () => {
    const { user, show } = openNotices();
    show(error("First."), error("Second."));
    await user.keyboard("{Escape}");
    expect(texts()).toEqual(["First."]);
    await user.keyboard("{Escape}");
    expect(texts()).toEqual([]);
  });

  it("are closed one by one by their buttons with the keyboard", async () => {
    const { user, show } = openNotices();
    show(error("First."), error("Second."));
    await user.tab();
    expect(closeButton("First.")).toHaveFocus();
    await user.tab();
    expect(closeButton("Second.")).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(texts()).toEqual(["First."]);
  });

  it("are not repeated while they are shown", () => {
    const { show } = openNotices();
    show(error("Not copied."), error("Not copied."), { text: "Saved." }, error("Not copied."));
    expect(texts()).toEqual(["Saved.", "Not copied."]);
  });

  it("replace an earlier one that has a button", () => {
    const { show } = openNotices();
    const action = { label: "Undo", run: () => {} };
    show({ text: "Snoozed Baltic.", action }, error("Not copied."), { text: "Snoozed Cedar.", action });
    expect(texts().join()).toBe("Not copied.,Snoozed Cedar.Undo");
  });

  it("are removed together for the next user", () => {
    const { show, clear } = openNotices();
    show(error("1."), error("2."), error("3."), error("4."));
    clear();
    expect(texts()).toEqual([]);
  });
});
