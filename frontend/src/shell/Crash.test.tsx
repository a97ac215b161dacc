import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { renderPart } from "../test/render";
import { Crash } from "./Crash";

let broken = true;
function Screen() {
  if (broken) throw new Error("no such column");
  return <p>The clients</p>;
}

describe("a screen that throws", () => {
  beforeEach(() => {
    broken = true;
    // React also writes what a boundary has caught to the console.
    vi.spyOn(console, "error").mockReturnValue();
  });
  afterEach(() => vi.restoreAllMocks());

  const open = () =>
    renderPart(
      <Crash>
        <Screen />
      </Crash>,
    );

  it("is replaced by an alert, with the details to copy", async () => {
    const { user, fake } = open();
    const alert = within(screen.getByRole("alert"));
    expect(alert.getByRole("heading", { level: 1, name: "This page stopped working" })).toBeVisible();
    await user.click(alert.getByRole("button", { name: "Copy details" }));
    expect(fake.clipboard).toMatch(/no such column/);
  });

  it("is rendered again by Reload", async () => {
    const { user } = open();
    broken = false;
    await user.click(screen.getByRole("button", { name: "Reload" }));
    expect(screen.getByText("The clients")).toBeVisible();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
