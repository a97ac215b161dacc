import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { users } from "../bridge/fake";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

const grid = (name = "Clients") => screen.findByRole("grid", { name });
const headers = async (name?: string) =>
  within(await grid(name))
    .getAllByRole("columnheader")
    .map((header) => header.textContent);
const open = (path: string, signedIn = users.admin) => renderApp({ signedIn, path });
const button = () => screen.findByRole("button", { name: "Columns" });
const dialog = () => screen.findByRole("dialog", { name: "Columns of this list" });
const address = () => decodeURIComponent(window.location.hash);

describe("the columns of a list", () => {
  it("are those of the address, in its order", async () => {
    open("/clients?columns=status,name:240,external_id");
    await waitFor(async () => expect(await headers()).toEqual(["Status", "Name", "Id in the product"]));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("are chosen, moved and reset in a dialog by keyboard", async () => {
    const { user } = open("/clients?columns=name,status");
    (await button()).focus();
    await user.keyboard("{Enter}");
    const list = await dialog();
    await expectAccessible();
    const box = (name: string) => within(list).getByRole("checkbox", { name });
    expect(box("Name")).toBeChecked();
    expect(box("First seen")).not.toBeChecked();
    act(() => box("Status").focus());
    await user.keyboard("{Alt>}{ArrowUp}{/Alt}");
    expect(address()).toBe("#/clients?columns=status,name");
    expect(box("Status")).toHaveFocus();
    expect(within(list).getByText(/^Status: column 1 of \d+$/)).toHaveTextContent("Status");
    act(() => box("First seen").focus());
    await user.keyboard(" ");
    expect(address()).toBe("#/clients?columns=status,name,first_seen_at");
    await user.click(box("Name"));
    await user.click(box("Status"));
    expect(address()).toBe("#/clients?columns=first_seen_at");
    expect(box("First seen")).toBeDisabled();
    await user.click(within(list).getByRole("button", { name: "Reset" }));
    expect(address()).toBe("#/clients");
    expect(box("Name")).toBeChecked();
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(await button()).toHaveFocus();
    expect(await headers()).not.toContain("First seen");
  });

  it("are moved by buttons, which keep the focus", async () => {
    const { user } = open("/clients?columns=name,msp_name,status");
    await user.click(await button());
    const up = within(await dialog()).getByRole("button", { name: "Move Status up" });
    await user.click(up);
    expect(address()).toContain("columns=name,status,msp_name");
    expect(up).toHaveFocus();
    await user.click(up);
    expect(address()).toContain("columns=status,name,msp_name");
    expect(within(await dialog()).getByRole("checkbox", { name: "Status" })).toHaveFocus();
  });

  it("have widths that keys change, in the dialog and on a header", async () => {
    const { user } = open("/clients?columns=name:240,status:180");
    await waitFor(async () => expect(await headers()).toEqual(["Name", "Status"]));
    const header = screen.getByRole("columnheader", { name: "Status" });
    fireEvent.keyDown(header, { key: "ArrowRight", shiftKey: true });
    await waitFor(() => expect(address()).toContain("columns=name:240,status:200"));
    fireEvent.keyDown(screen.getByRole("columnheader", { name: "Name" }), {
      key: "ArrowRight",
      shiftKey: true,
      ctrlKey: true,
    });
    await waitFor(() => expect(address()).toContain("columns=status:200,name:240"));
    await user.click(await button());
    act(() => screen.getByRole("checkbox", { name: "Name" }).focus());
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    expect(address()).toContain("columns=status:200,name:220");
    expect(screen.getByText("Name: 220 pixels wide")).toBeInTheDocument();
  });

  it("are all that the API has of a client", async () => {
    const { fake, user } = open("/clients");
    await user.click(await button());
    const offered = within(await dialog()).getAllByRole("listitem");
    const fields = offered.map((item) => item.getAttribute("data-field"));
    expect(fields).toEqual(expect.arrayContaining(Object.keys(fake.world.clients[0] ?? {})));
  });

  it("are all that the API has of an MSP", async () => {
    const { fake, user } = open("/msps");
    await user.click(await button());
    const offered = within(await dialog()).getAllByRole("listitem");
    const fields = offered.map((item) => item.getAttribute("data-field"));
    expect(fields).toEqual(expect.arrayContaining(Object.keys(fake.world.msps[0] ?? {})));
  });

  it.each([
    ["/changes", "Changes", "name,at", ["Customer", "When"]],
    ["/admin", "Invites", "status,email", ["Status", "Email"]],
    ["/admin/users", "Users", "sessions,name", ["Signed in", "Name"]],
    ["/syncs", "Sync runs", "error,status", ["Error", "Status"]],
  ])("can be chosen in %s", async (path, name, columns, want) => {
    open(`${path}?columns=${columns}`);
    await waitFor(async () => expect(await headers(name)).toHaveLength(2));
    expect(await headers(name)).toEqual(want);
  });
});

describe("a link that names columns which do not exist", () => {
  it("says which, and applies the rest", async () => {
    const { user } = open("/clients?q=a&sort=-name&columns=status,colour,name,shape:90");
    await waitFor(async () => expect(await headers()).toEqual(["Status", "Name"]));
    const alert = await screen.findByText(/do not exist: colour and shape:90\. The others are shown\./);
    await expectAccessible();
    await user.click(
      within(alert.closest("[role=alert]") as HTMLElement).getByRole("button", { name: "Close" }),
    );
    expect(screen.queryByText(/do not exist/)).toBeNull();
    expect(address()).toBe("#/clients?q=a&sort=-name&columns=status,name");
    expect(await headers()).toEqual(["Status", "Name"]);
  });

  it("shows the list's own columns where none is left", async () => {
    open("/clients?columns=colour");
    await screen.findByText(/names a column that does not exist: colour/);
    expect(await headers()).toContain("Name");
  });
});

describe("the last layout of a list", () => {
  it("is that of the next visit, also through a link with a filter", async () => {
    const { user } = open("/clients?columns=status,name");
    await waitFor(async () => expect(await headers()).toEqual(["Status", "Name"]));
    await user.click(screen.getByRole("link", { name: "Overview" }));
    await screen.findByRole("heading", { level: 1, name: "Overview" });
    window.location.hash = "#/clients?status=active";
    await waitFor(() => expect(address()).toBe("#/clients?status=active&columns=status,name"));
    expect(await headers()).toEqual(["Status", "Name"]);
  });

  it("is kept for the next start", async () => {
    const { fake, user, unmount } = open("/clients?columns=status,name");
    await grid();
    await waitFor(() => expect(JSON.stringify([...Object.values(fake.kept.places)])).toContain("columns"));
    unmount();
    renderApp({
      signedIn: users.admin,
      path: "/overview",
      prepare: (next) => {
        next.kept.places = fake.kept.places;
      },
    });
    await user.click(await screen.findByRole("link", { name: "Clients" }));
    await waitFor(async () => expect(await headers()).toEqual(["Status", "Name"]));
  });

  it("is forgotten by a reset", async () => {
    const { user } = open("/clients?columns=status,name");
    await user.click(await button());
    await user.click(within(await dialog()).getByRole("button", { name: "Reset" }));
    await user.keyboard("{Escape}");
    await menuClosed();
    await user.click(screen.getByRole("link", { name: "Overview" }));
    await screen.findByRole("heading", { level: 1, name: "Overview" });
    window.location.hash = "#/clients?status=active";
    await grid();
    await waitFor(async () => expect(await headers()).toContain("Licence type"));
    expect(address()).toBe("#/clients?status=active");
  });

  it("stays when the filters are cleared", async () => {
    const { user } = open("/clients?status=active&columns=status,name");
    await user.click(await screen.findByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(address()).toBe("#/clients?columns=status,name"));
  });
});

it("an export holds the chosen columns in their order", async () => {
  const { fake, user } = open("/clients?columns=external_id,name:300");
  const start = await screen.findByRole("button", { name: "Export" });
  await waitFor(() => expect(start).toBeEnabled());
  await user.click(start);
  const form = await screen.findByRole("dialog", { name: "Export clients" });
  await user.click(within(form).getByRole("button", { name: "Export" }));
  await screen.findByRole("dialog", { name: /^Saved/ });
  expect(fake.exports.saved[0]?.columns).toEqual(["external_id", "name"]);
});
