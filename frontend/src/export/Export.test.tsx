import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { SessionContext, type SessionControl } from "../session/context";
import { expectAccessible, renderApp, renderPart } from "../test/render";
import { SelectionExport } from "./SelectionExport";

const open = async (path: string, signedIn = users.admin, prepare?: Parameters<typeof renderApp>[0]) => {
  const app = renderApp({ signedIn, path, ...prepare });
  const button = await screen.findByRole("button", { name: "Export" });
  await waitFor(() => expect(button).toBeEnabled());
  return { ...app, button };
};

const dialog = (name: string | RegExp) => screen.findByRole("dialog", { name });

describe("export", () => {
  it("says what is exported and saves exactly the filtered list in its order", async () => {
    const { fake, user, button } = await open("/clients?status=disabled&sort=-name");
    const names = fake.world.clients.filter(({ status }) => status === "disabled").map(({ name }) => name);
    await user.click(button);
    const form = await dialog("Export clients");
    expect(form).toHaveTextContent(
      `${names.length} clients, filtered by Status Disabled, sorted by Name, descending.`,
    );
    await expectAccessible();
    await user.click(within(form).getByRole("radio", { name: /Excel/ }));
    await user.click(within(form).getByRole("button", { name: "Export" }));
    const saved = await dialog(/^Saved clients-.*\.xlsx$/);
    expect(saved).toHaveTextContent(`${names.length} rows are in /home/ada/Documents.`);
    await expectAccessible();
    const [file] = fake.exports.saved;
    expect(file?.rows.map(({ name }) => name)).toEqual(names.sort().reverse());
    expect(file?.columns).toContain("msp_name");
    await user.click(within(saved).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(button).toHaveFocus());
  });

  it("exports all columns", async () => {
    const { fake, user, button } = await open("/clients");
    await user.click(button);
    const form = await dialog("Export clients");
    await user.click(within(form).getByRole("radio", { name: /All columns/ }));
    await user.click(within(form).getByRole("button", { name: "Export" }));
    await dialog(/^Saved/);
    expect(fake.exports.saved[0]?.columns).toEqual([]);
    expect(fake.exports.saved[0]?.rows).toHaveLength(fake.world.clients.length);
  });

  it("exports the chosen columns in their order", async () => {
    const { fake, user, button } = await open("/clients?columns=external_id,name:300");
    await user.click(button);
    await user.click(within(await dialog("Export clients")).getByRole("button", { name: "Export" }));
    await dialog(/^Saved/);
    expect(fake.exports.saved[0]?.columns).toEqual(["external_id", "name"]);
  });

  it("exports the selected rows alone", async () => {
    const { fake, user } = await open("/clients");
    const [first, second] = (await screen.findAllByRole("checkbox", { name: /^Select / })).slice(1);
    await user.click(first as HTMLElement);
    await user.click(second as HTMLElement);
    const bar = screen.getByRole("group", { name: "Selected rows" });
    await user.click(within(bar).getByRole("button", { name: "Export" }));
    const form = await dialog("Export clients");
    expect(form).toHaveTextContent("2 selected clients, sorted by Name.");
    await user.click(within(form).getByRole("button", { name: "Export" }));
    await dialog(/^Saved/);
    const sorted = fake.world.clients.map(({ name }) => name).sort((a, b) => a.localeCompare(b));
    expect(fake.exports.saved[0]?.rows.map(({ name }) => name)).toEqual(sorted.slice(0, 2));
  });

  it("exports the whole list where all of it is selected", async () => {
    const { fake, user } = await open("/clients");
    await user.click(await screen.findByRole("checkbox", { name: "Select all loaded rows" }));
    const bar = screen.getByRole("group", { name: "Selected rows" });
    const total = fake.world.clients.length;
    await user.click(within(bar).getByRole("button", { name: `Select all ${total}` }));
    await user.click(within(bar).getByRole("button", { name: "Export" }));
    await user.click(within(await dialog("Export clients")).getByRole("button", { name: "Export" }));
    await dialog(/^Saved/);
    expect(fake.exports.saved[0]?.rows).toHaveLength(total);
  });

  it("exports all rows but those left out", async () => {
    const { fake, user } = await open("/clients");
    const bar = () => within(screen.getByRole("group", { name: "Selected rows" }));
    const exported = async () => {
      await user.click(bar().getByRole("button", { name: "Export" }));
      const form = await dialog("Export clients");
      const text = form.textContent;
      await user.click(within(form).getByRole("button", { name: "Export" }));
      await user.click(within(await dialog(/^Saved/)).getByRole("button", { name: "Close" }));
      await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
      return text;
    };
    await user.click(await screen.findByRole("checkbox", { name: "Select all loaded rows" }));
    const total = fake.world.clients.length;
    await user.click(bar().getByRole("button", { name: `Select all ${total}` }));
    const [first] = (await screen.findAllByRole("checkbox", { name: /^Select / })).slice(1);
    await user.click(first as HTMLElement);
    expect(await exported()).toContain(`${total - 1} selected clients`);
    const sorted = fake.world.clients.map(({ name }) => name).sort((a, b) => a.localeCompare(b));
    expect(fake.exports.saved[0]?.rows.map(({ name }) => name)).toEqual(sorted.slice(1));
  });

  it("exports MSPs followed by their clients", async () => {
    const { fake, user, button } = await open("/msps");
    await user.click(button);
    const form = await dialog("Export MSPs");
    await user.click(within(form).getByRole("switch", { name: "Each MSP followed by its clients" }));
    expect(form).toHaveTextContent(
      `${fake.world.msps.length} MSPs with their clients, and the clients directly under Northwind Security, sorted by Name.`,
    );
    expect(within(form).queryByRole("radio", { name: /All columns/ })).toBeNull();
    await expectAccessible();
    await user.click(within(form).getByRole("button", { name: "Export" }));
    await dialog(/^Saved msps-with-clients/);
    const direct = fake.world.clients.filter(({ msp_id }) => msp_id === null).length;
    const rows = fake.exports.saved[0]?.rows ?? [];
    expect(rows).toHaveLength(fake.world.msps.length + fake.world.clients.length + 1);
    expect(rows.at(-direct - 1)?.name).toBe("Directly under Northwind Security");
  });

  it("exports the MSPs of a filter with their clients alone", async () => {
    const { fake, user, button } = await open("/msps?q=alpine");
    await user.click(button);
    const form = await dialog("Export MSPs");
    await user.click(within(form).getByRole("switch", { name: "Each MSP followed by its clients" }));
    expect(form).not.toHaveTextContent("directly under");
    await user.click(within(form).getByRole("button", { name: "Export" }));
    await dialog(/^Saved msps-with-clients/);
    expect(fake.exports.saved[0]?.rows.some(({ name }) => name.startsWith("Directly"))).toBe(false);
  });

  it("works without a mouse: Enter opens, exports and closes", async () => {
    const { fake, user, button } = await open("/clients");
    button.focus();
    await user.keyboard("{Enter}");
    await dialog("Export clients");
    await waitFor(() => expect(screen.getByRole("radio", { name: /CSV/ })).toHaveFocus());
    await user.keyboard("{Enter}");
    await dialog(/^Saved/);
    await waitFor(() => expect(screen.getByRole("button", { name: "Close" })).toHaveFocus());
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(fake.exports.saved).toHaveLength(1);
  });

  it("shows how far it is, and cancels without a file", async () => {
    const { fake, user, button } = await open("/clients");
    fake.exports.hold = true;
    await user.click(button);
    await user.click(within(await dialog("Export clients")).getByRole("button", { name: "Export" }));
    const running = await dialog("Exporting clients");
    const total = fake.world.clients.length;
    await waitFor(() => expect(running).toHaveTextContent(`${Math.floor(total / 2)} of ${total} rows`));
    expect(within(running).getByRole("progressbar")).toHaveAttribute("aria-valuenow");
    await expectAccessible();
    act(() => fake.emit("export:progress", { rows: 0, total, bytes: 2_500_000 }));
    expect(running).toHaveTextContent("2.5 MB received");
    await user.keyboard("{Escape}");
    await dialog("Export clients");
    expect(screen.queryByRole("alert")).toBeNull();
    expect(fake.exports.saved).toEqual([]);
    expect(fake.calls).toContain("cancelExport");
  });

  it.each([
    [
      "file_failed",
      "There is not enough space for the file. Free some, or choose another folder. Nothing was saved.",
      "The file could not be saved. There is not enough space",
    ],
    ["interrupted", "The connection broke.", "The transfer broke off. The connection broke."],
    ["offline", "", "The portal cannot be reached"],
    ["too_many_requests", "", "Too many requests"],
    ["invalid", "A sheet has at most 1048575 rows.", "A sheet has at most 1048575 rows."],
  ] as const)("explains %s and can be tried again", async (code, message, shown) => {
    const { fake, user, button } = await open("/clients");
    fake.fail("exportClients", new Problem(code, { message }), 1);
    await user.click(button);
    const submit = within(await dialog("Export clients")).getByRole("button", { name: "Export" });
    await user.click(submit);
    expect(await screen.findByText(shown, { exact: false })).toBeInTheDocument();
    await user.click(within(await dialog("Export clients")).getByRole("button", { name: "Export" }));
    await dialog(/^Saved/);
  });

  it("says nothing where no file was chosen", async () => {
    const { fake, user, button } = await open("/clients");
    fake.fail("exportClients", new Problem("cancelled"), 1);
    await user.click(button);
    await user.click(within(await dialog("Export clients")).getByRole("button", { name: "Export" }));
    await dialog("Export clients");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it.each(["/clients", "/msps"])("explains in %s that policy does not allow it", async (path) => {
    const managed_by_url = "https://it.northwind.example/portal";
    const startup = { allow_export: false, managed_by_name: "Northwind IT", managed_by_url };
    const { fake, user } = renderApp({ signedIn: users.admin, path, startup });
    await user.click(await screen.findByRole("button", { name: "Export" }));
    const shown = within(await dialog("Exports are not allowed"));
    await expectAccessible();
    await user.click(shown.getByRole("button", { name: "Managed by Northwind IT" }));
    await waitFor(() => expect(fake.browsed).toEqual([managed_by_url]));
    await user.click(shown.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(fake.calls).not.toContain("exportClients");
    expect(fake.calls).not.toContain("exportMSPs");
  });

  it("says that too many rows are selected", () => {
    const ids = Array.from({ length: 10_001 }, (_, n) => String(n));
    const list = {
      sort: "name",
      columns: [],
      offered: [],
      total: 900,
      filterText: undefined,
      dataAsOf: null,
    };
    const me = { permissions: ["export"], grants: [], may_invite: [] };
    const state = { at: "signed_in", startup: { allow_export: true }, me };
    renderPart(
      <SessionContext value={{ state } as unknown as SessionControl}>
        <SelectionExport of={{ list: "clients", filter: {}, ...list }} chosen={{ ids, except: false }} />
      </SessionContext>,
    );
    expect(screen.getByRole("button", { name: "Export" })).toBeDisabled();
    expect(screen.getByRole("note")).toHaveAccessibleName(/^At most 10,000 selected rows can be exported/);
  });

  it("waits for the list", async () => {
    renderApp({ signedIn: users.admin, path: "/clients?q=nothing-like-this" });
    await screen.findByText("Nothing matches");
    expect(screen.getByRole("button", { name: "Export" })).toBeDisabled();
  });
});
