import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { syncStates } from "../bridge/fakeStates";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";

const open = (
  state: keyof typeof syncStates,
  {
    who = "admin",
    prepare = () => undefined,
  }: { who?: keyof typeof users; prepare?: (fake: Fake) => void } = {},
) =>
  renderApp({
    signedIn: users[who],
    path: "/syncs",
    prepare: (fake) => {
      fake.world.runs = fake.world.runs.slice(0, 2);
      syncStates[state](fake.world);
      prepare(fake);
    },
  });
const card = async () => within(await screen.findByRole("article", { name: "Heimdal, customer 120451" }));
const declare = "Declare nextCursor harmless";
const text = /The response contains nextCursor, which the portal does not know/;

describe("a name that made a run incomplete", () => {
  it("is shown on the card and can be declared harmless after a confirmation", async () => {
    const { user, fake } = open("sign");
    const row = await card();
    expect(await row.findByText(text)).toBeVisible();
    await user.click(row.getByRole("button", { name: declare }));
    const dialog = within(await screen.findByRole("dialog", { name: "Declare nextCursor harmless?" }));
    expect(dialog.getByText(/customers that were not sent go missing/)).toBeVisible();
    await expectAccessible();
    await user.click(dialog.getByRole("button", { name: "Declare harmless" }));
    expect(await screen.findByText(/nextCursor is declared harmless\. The next sync/)).toBeVisible();
    expect(fake.world.connections[0]?.harmless).toEqual(["nextCursor"]);
    expect(await row.findByText(/Since then, nextCursor was declared harmless/)).toBeVisible();
    expect(row.queryByRole("button", { name: declare })).toBeNull();
  });

  it("is shown in the run, and reached by keyboard", async () => {
    const { user, fake } = open("sign");
    window.location.hash = `/syncs/${fake.world.runs[0]?.id}`;
    const panel = within(await screen.findByRole("complementary", { name: "Sync of Heimdal" }));
    const button = await panel.findByRole("button", { name: declare });
    await waitFor(() => expect(button).toBeEnabled());
    button.focus();
    await user.keyboard("{Enter}");
    const dialog = await screen.findByRole("dialog", { name: "Declare nextCursor harmless?" });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(dialog).not.toBeVisible());
    expect(fake.world.connections[0]?.harmless).toEqual([]);
  });

  it("stays unchanged where the portal refuses, which the dialog shows", async () => {
    const { user, fake } = open("sign", {
      prepare: (fake) => fake.fail("changeConnection", new Problem("forbidden", { requestId: "req-7" })),
    });
    await user.click(await (await card()).findByRole("button", { name: declare }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Declare harmless" }));
    expect(await dialog.findByRole("alert")).toHaveTextContent("req-7");
    expect(fake.world.connections[0]?.harmless).toEqual([]);
  });

  it("shows in the run that the product could not be loaded, with a retry", async () => {
    const { fake } = open("sign", { prepare: (fake) => fake.fail("connections", new Problem("internal")) });
    window.location.hash = `/syncs/${fake.world.runs[0]?.id}`;
    const panel = within(await screen.findByRole("complementary", { name: "Sync of Heimdal" }));
    expect(await panel.findByText(/Could not check whether nextCursor/)).toBeVisible();
    expect(panel.getByRole("button", { name: "Try again" })).toBeVisible();
  });

  it("cannot be declared harmless by staff", async () => {
    const { fake } = open("sign", { who: "staff" });
    window.location.hash = `/syncs/${fake.world.runs[0]?.id}`;
    const panel = within(await screen.findByRole("complementary", { name: "Sync of Heimdal" }));
    expect(await panel.findByText("This sync failed")).toBeVisible();
    expect(panel.queryByText(text)).toBeNull();
    expect(panel.queryByRole("button", { name: declare })).toBeNull();
    expect(fake.calls).not.toContain("connections");
  });
});

describe("the names declared harmless", () => {
  it("are listed on the card, each with a button to undo it", async () => {
    const { user, fake } = open("account");
    const row = await card();
    const names = within(row.getByRole("list", { name: /Names declared harmless for Heimdal/ }));
    expect(names.getByText("header X-Has-More")).toBeVisible();
    await expectAccessible();
    await user.click(names.getByRole("button", { name: "Stop ignoring isComplete" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Stop ignoring isComplete?" }));
    await user.click(dialog.getByRole("button", { name: "Stop ignoring" }));
    await waitFor(() => expect(names.queryByText("isComplete")).toBeNull());
    expect(fake.world.connections[0]?.harmless).toEqual(["header X-Has-More"]);
  });
});

describe("the account among its own customers", () => {
  it("is shown with its type and licences", async () => {
    open("account");
    const row = await card();
    expect(
      row.getByText(
        "Heimdal's own record of this account: DISTRIBUTOR, licences 8,120 active / 9,000 purchased.",
      ),
    ).toBeVisible();
  });

  it("shows that it has no customers where it is alone", async () => {
    open("alone");
    const row = await card();
    expect(row.getByRole("alert")).toHaveTextContent(
      "Heimdal lists no customers under the customer id 120451. Check that it is the id of your own account.",
    );
    await expectAccessible();
  });
});
