import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { expectAccessible, menuClosed, renderApp } from "../test/render";
import { listOf } from "./usePlaces";

const heading = (name: string) => screen.findByRole("heading", { level: 1, name });
const rail = (name: string) =>
  within(screen.getByRole("navigation", { name: "Main menu" })).getByRole("link", { name });
const button = (name: "Back" | "Forward") => screen.getByRole("button", { name });
const isOff = (name: "Back" | "Forward") => button(name).getAttribute("aria-disabled") === "true";

/** So few rows that tables render fast without a layout. */
const few = ({ world }: Fake) => {
  world.msps = world.msps.slice(0, 3);
  world.clients = world.clients.filter(({ status }) => status === "missing").slice(0, 3);
  world.users = world.users.slice(0, 3);
};

async function openThree() {
  const app = renderApp({ signedIn: users.admin, prepare: few });
  await heading("Overview");
  await app.user.click(rail("MSPs"));
  await heading("MSPs");
  await app.user.click(rail("Clients"));
  await heading("Clients");
  return app;
}

describe("back and forward", () => {
  it("are buttons that are off where there is nowhere to go", async () => {
    const { user } = await openThree();
    expect([isOff("Back"), isOff("Forward")]).toEqual([false, true]);
    await user.click(button("Back"));
    await heading("MSPs");
    await waitFor(() => expect([isOff("Back"), isOff("Forward")]).toEqual([false, false]));
    await user.click(button("Back"));
    await heading("Overview");
    await waitFor(() => expect([isOff("Back"), isOff("Forward")]).toEqual([true, false]));
    await user.click(button("Back"));
    await user.click(button("Forward"));
    await heading("MSPs");
    await expectAccessible();
  });

  it("lose what lay ahead when another screen is opened", async () => {
    const { user } = await openThree();
    await user.click(button("Back"));
    await heading("MSPs");
    await user.click(rail("Overview"));
    await heading("Overview");
    await waitFor(() => expect(isOff("Forward")).toBe(true));
  });

  it.each([
    [
      "Alt and the arrows",
      () => fireEvent.keyDown(document.body, { key: "ArrowLeft", altKey: true }),
      () => fireEvent.keyDown(document.body, { key: "ArrowRight", altKey: true }),
    ],
    [
      "the brackets of a Mac",
      () => fireEvent.keyDown(document.body, { key: "[", metaKey: true }),
      () => fireEvent.keyDown(document.body, { key: "]", metaKey: true }),
    ],
    [
      "the side buttons of the mouse",
      () => fireEvent.mouseUp(document.body, { button: 3 }),
      () => fireEvent.mouseUp(document.body, { button: 4 }),
    ],
  ])("follow %s", async (_, back, forward) => {
    await openThree();
    expect(back()).toBe(false);
    await heading("MSPs");
    await waitFor(() => expect(isOff("Forward")).toBe(false));
    expect(forward()).toBe(false);
    await heading("Clients");
  });

  it("follow the window, where the page gets no event of the mouse", async () => {
    const { fake } = await openThree();
    act(() => fake.emit("window:history", { way: "back" }));
    await heading("MSPs");
    await waitFor(() => expect(isOff("Forward")).toBe(false));
    act(() => fake.emit("window:history", { way: "forward" }));
    await heading("Clients");
  });

  it("do nothing while a dialog is open", async () => {
    const { user, fake } = await openThree();
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByRole("combobox", { name: "Search and commands" });
    fireEvent.keyDown(document.body, { key: "ArrowLeft", altKey: true });
    act(() => fake.emit("window:history", { way: "back" }));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("combobox", { name: "Search and commands" })).toBeNull());
    expect(window.location.hash).toBe("#/clients");
  });

  it("do not lead to screens of another grant", async () => {
    const { user } = renderApp({ signedIn: users.severalGrants, prepare: few });
    await heading("Overview");
    await user.click(rail("Clients"));
    await heading("Clients");
    await user.click(screen.getByRole("button", { name: "Switch scope, now Northwind Security" }));
    await user.click(await screen.findByRole("menuitem", { name: /Baltic Managed Systems/ }));
    await menuClosed();
    await screen.findByRole("button", { name: "Switch scope, now Baltic Managed Systems" });
    await heading("Overview");
    expect([isOff("Back"), isOff("Forward")]).toEqual([true, true]);
  });
});

describe("a list is found as it was left", () => {
  it("from the menu, with its filter and its open row", async () => {
    const path = "/clients?status=missing&sort=-seats_used";
    const { user } = renderApp({ signedIn: users.admin, path, prepare: few });
    await user.click((await screen.findAllByRole("gridcell"))[0] as HTMLElement);
    await screen.findByRole("complementary");
    const left = window.location.hash;
    expect(left).toMatch(/^#\/clients\/0.*\?status=missing&sort=-seats_used$/);
    await user.click(rail("Overview"));
    await heading("Overview");
    await user.click(rail("Clients"));
    await heading("Clients");
    expect(window.location.hash).toBe(left);
    await user.click(rail("Clients"));
    await waitFor(() => expect(window.location.hash).toBe("#/clients"));
  });

  it("from the tabs of Admin", async () => {
    const path = "/admin/users?role=msp_user";
    const { user } = renderApp({ signedIn: users.admin, path, prepare: few });
    await user.click(await screen.findByRole("link", { name: "Invites" }));
    await waitFor(() => expect(window.location.hash).toBe("#/admin"));
    await user.click(await screen.findByRole("link", { name: "Users" }));
    await waitFor(() => expect(window.location.hash).toBe("#/admin/users?role=msp_user"));
  });

  it.each([
    ["/clients", "/clients"],
    ["/clients/0195", "/clients"],
    ["/clientsomething", undefined],
    ["/admin", "/admin"],
    ["/admin/users/0195", "/admin/users"],
    ["/admin/connections/0195/fields", undefined],
    ["/syncs/0195", "/syncs"],
    ["/syncs/0195/changes", undefined],
    ["/overview", undefined],
  ])("%s belongs to the list %s", (pathname, list) => {
    expect(listOf(pathname)).toBe(list);
  });
});
