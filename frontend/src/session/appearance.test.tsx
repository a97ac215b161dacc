import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { standardAppearance } from "../bridge/appearance";
import { users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";
import { nextTextSize } from "./appearance";

const settings = async () => {
  const app = renderApp({ signedIn: users.admin, path: "/settings" });
  await screen.findByRole("heading", { level: 1, name: "Settings" });
  return app;
};
const press = (key: string) => fireEvent.keyDown(document.body, { key, ctrlKey: true });
const rootSize = () => document.documentElement.style.fontSize;

afterEach(() => {
  document.documentElement.style.fontSize = "";
});

describe("the appearance", () => {
  it("is chosen in Settings and kept for the next start", async () => {
    const { user, fake } = await settings();
    await expectAccessible();
    const choose = async (group: string, name: string) =>
      user.click(within(screen.getByRole("group", { name: group })).getByRole("button", { name }));
    await choose("Theme", "Dark");
    await choose("Rows of lists", "Compact");
    await choose("Text size", "125%");
    await user.click(screen.getByRole("button", { name: "Collapse menu" }));
    expect(fake.kept.appearance).toEqual({ theme: "dark", density: "compact", text_size: 125, folded: true });
    await waitFor(() => expect(document.documentElement).toHaveAttribute("data-theme", "dark"));
    expect(rootSize()).toBe("125%");
  });

  it("is that of the last time from the start on", async () => {
    renderApp({
      signedIn: users.admin,
      prepare: (fake) => {
        fake.kept.appearance = { theme: "dark", density: "compact", text_size: 90, folded: true };
      },
    });
    expect(rootSize()).toBe("90%");
    expect(await screen.findByRole("button", { name: "Expand menu" })).toBeVisible();
    expect(document.documentElement).toHaveAttribute("data-theme", "dark");
  });

  it("has a text size that follows Ctrl with + - and 0", async () => {
    const { fake } = await settings();
    expect(press("+")).toBe(false);
    await waitFor(() => expect(rootSize()).toBe("110%"));
    press("=");
    await waitFor(() => expect(rootSize()).toBe("125%"));
    press("-");
    await waitFor(() => expect(rootSize()).toBe("110%"));
    press("0");
    await waitFor(() => expect(rootSize()).toBe("100%"));
    expect(fake.kept.appearance).toEqual(standardAppearance);
    expect([nextTextSize(150, 1), nextTextSize(80, -1)]).toEqual([150, 80]);
  });

  it("changes also where it cannot be kept, and says so", async () => {
    const { fake } = await settings();
    fake.fail("setAppearance", new Problem("internal"));
    press("+");
    expect(await screen.findByText("The appearance could not be kept for the next start.")).toBeVisible();
    expect(rootSize()).toBe("110%");
  });
});

describe("the last lists", () => {
  it("are kept on this computer, without what was searched", async () => {
    const { fake } = renderApp({ signedIn: users.admin, path: "/clients?status=missing&q=heron" });
    const { user, grants } = users.admin;
    const owner = `${user.id} ${grants[0]?.id}`;
    await waitFor(() => expect(fake.kept.places.get(owner)?.lists).toEqual(["/clients?status=missing"]));
  });

  it("are those of the last time, for the same user and grant only", async () => {
    const { user, grants } = users.admin;
    renderApp({
      signedIn: users.admin,
      prepare: (fake) => {
        fake.kept.places.set(`${user.id} ${grants[0]?.id}`, {
          lists: ["/clients?status=missing"],
          opened: [],
        });
        fake.kept.places.set("another", { lists: ["/msps?status=missing"], opened: [] });
      },
    });
    const link = async (name: string) => (await screen.findByRole("link", { name })).getAttribute("href");
    await waitFor(async () => expect(await link("Clients")).toBe("#/clients?status=missing"));
    expect(await link("MSPs")).toBe("#/msps");
  });
});
