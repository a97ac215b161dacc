import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { syncStates } from "../bridge/fakeStates";
import type { Client, FieldNotice, SyncRun } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { countCalls } from "../test/calls";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

const id = "0195a000-0000-7000-a300-000000000001";
const becomes = (fake: Fake, over: Partial<SyncRun>) => {
  fake.world.runs = fake.world.runs.map((run) => (run.id === id ? { ...run, ...over } : run));
};
const open = (
  path = `/syncs/${id}/review`,
  prepare: (fake: Fake) => void = () => undefined,
  who = users.admin,
) =>
  renderApp({
    signedIn: who,
    path,
    prepare: (fake) => {
      syncStates.review(fake.world);
      // Few enough to render them fast without a layout.
      fake.world.runs = fake.world.runs.slice(0, 2);
      becomes(fake, { would_miss: 3 });
      prepare(fake);
    },
  });

describe("a sync that waits for a decision", () => {
  it("is shown above the list of syncs, with a link to its review", async () => {
    const { user } = open("/syncs");
    expect(
      await screen.findByText(/A sync waits for a decision: 3 customers would go missing/),
    ).toBeVisible();
    await user.click(screen.getByText("Review"));
    expect(await screen.findByText("3 customers would go missing")).toBeVisible();
  });

  it("shows the figures and the customers", async () => {
    open();
    expect(await screen.findByText("less than 1% of all")).toBeVisible();
    const table = await screen.findByRole("grid", { name: "Customers that would go missing" });
    expect(await within(table).findByText("Aldgate Bakery Ltd")).toHaveAttribute(
      "href",
      "#/clients/0195a000-0000-7000-9000-000000000000",
    );
    // Of the totals by MSP, and of the customers.
    expect(screen.getAllByText("3 in total")).toHaveLength(2);
    await expectAccessible();
  });

  it("shows which fields are no longer sent, and links to the field map", async () => {
    const gone = { kind: "disappeared", path: "resellerId", field: "parent", count: 612, detail: "number" };
    open(undefined, (fake) => becomes(fake, { notices: [gone as FieldNotice] }));
    expect(
      await screen.findByText("resellerId is no longer sent. It filled MSP (parent) of 612 customers."),
    ).toBeVisible();
    expect(screen.getByRole("link", { name: "Open fields" })).toBeVisible();
    await expectAccessible();
  });

  it("is accepted after a confirmation, continues, and shows its outcome", async () => {
    const { user, fake } = open();
    await user.click(await screen.findByRole("button", { name: "Accept: mark them missing" }));
    const ask = within(await screen.findByRole("dialog", { name: "Mark 3 customers missing?" }));
    expect(ask.getByText(/Nothing is deleted now/)).toBeVisible();
    expect(ask.getByRole("button", { name: "Cancel" })).toHaveFocus();
    await expectAccessible();
    await user.click(ask.getByRole("button", { name: "Mark 3 missing" }));
    expect(await screen.findByText(/Accepted by Ada Lindqvist\. The sync continues/)).toBeVisible();
    expect(screen.getByRole("progressbar")).toBeVisible();
    becomes(fake, { status: "complete", missing: 3 });
    expect(await screen.findByText(/3 customers were marked missing/)).toBeVisible();
    await expectAccessible();
  });

  it("shows that customers would move instead of going missing", async () => {
    const { user, fake } = open(undefined, (fake) => becomes(fake, { error_code: "too_many_moved" }));
    expect(await screen.findByText("3 customers would move")).toBeVisible();
    expect(screen.queryByText(/go missing/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "Accept: move them" }));
    const ask = within(await screen.findByRole("dialog", { name: "Move 3 customers?" }));
    expect(ask.getByText(/whose users no longer see them/)).toBeVisible();
    await user.click(ask.getByRole("button", { name: "Move 3" }));
    becomes(fake, { status: "complete", error_code: null, moved: 3 });
    expect(await screen.findByText(/3 customers were moved/)).toBeVisible();
  });

  it("is discarded after a confirmation", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Discard this run" }));
    const ask = within(await screen.findByRole("dialog"));
    expect(ask.getByText(/Nothing changes: every customer stays/)).toBeVisible();
    await user.click(ask.getByRole("button", { name: "Discard run" }));
    const outcome = await screen.findByText("Ada Lindqvist discarded it. Nothing was changed.");
    expect(outcome.closest("[role=status]")).toBeVisible();
  });

  it.each([
    ["with the API's reason", "Wait for the sync that runs now.", "Wait for the sync that runs now."],
    ["by itself", "", "It was already decided, or a later sync replaced it. You see its current state."],
  ])("explains a conflict %s", async (_, message, want) => {
    const { user, fake } = open();
    await user.click(await screen.findByRole("button", { name: "Accept: mark them missing" }));
    fake.fail("acceptSync", new Problem("conflict", { message }));
    await user.click(await screen.findByRole("button", { name: "Mark 3 missing" }));
    expect(within(await screen.findByRole("dialog")).getByText(want)).toBeVisible();
  });

  it("shows that a later sync replaced it meanwhile", async () => {
    const { user, fake } = open();
    await user.click(await screen.findByRole("button", { name: "Accept: mark them missing" }));
    becomes(fake, { status: "discarded", error_code: "superseded" });
    await user.click(await screen.findByRole("button", { name: "Mark 3 missing" }));
    expect(await screen.findByText("A later sync replaced it")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("can be seen, but not decided, by staff", async () => {
    open(undefined, undefined, users.staff);
    expect(await screen.findByText(/An administrator of your MSSP decides/)).toBeVisible();
    expect(screen.queryByRole("button", { name: /Accept/ })).toBeNull();
  });

  it("says why it could not be loaded", async () => {
    open(undefined, (fake) => fake.fail("sync", new Problem("internal", { requestId: "req-3" })));
    expect(await screen.findByText("Request id: req-3")).toBeVisible();
  });

  it("shows first how many customers of each MSP it would change", async () => {
    const { fake } = open(undefined, (fake) => becomes(fake, { would_miss: 6 }));
    const table = within(await screen.findByRole("grid", { name: "By MSP" }));
    const counts = new Map<string, number>();
    for (const { msp_name } of fake.world.clients.slice(0, 6)) {
      counts.set(msp_name ?? "", (counts.get(msp_name ?? "") ?? 0) + 1);
    }
    for (const [name, count] of counts) {
      const row = (await table.findByRole("gridcell", { name })).closest("[role=row]");
      expect(row).toHaveTextContent(new RegExp(`${count} of \\d+ clients`));
    }
    expect(counts.size).toBeGreaterThan(1);
    await expectAccessible();
  });

  it("lists the customers of one MSP, and all again", async () => {
    const { user, fake } = open(undefined, (fake) => becomes(fake, { would_miss: 6 }));
    const [client] = fake.world.clients as [Client];
    const same = fake.world.clients.slice(0, 6).filter(({ msp_id }) => msp_id === client.msp_id);
    const table = within(await screen.findByRole("grid", { name: "By MSP" }));
    await user.click(await table.findByRole("gridcell", { name: client.msp_name as string }));
    expect(await screen.findByText(`${same.length} in total`)).toBeVisible();
    expect(window.location.hash).toBe(
      `#/syncs/${id}/review?msp_id=${client.msp_id}&kind=client&effect=missing`,
    );
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(window.location.hash).toBe(`#/syncs/${id}/review`));
    await waitFor(() => expect(screen.queryByText(`${same.length} in total`)).toBeNull());
  });

  it("finds customers by name, id and MSP", async () => {
    const { user, fake } = open();
    const [client] = fake.world.clients as [Client];
    const field = await screen.findByRole("searchbox", { name: "Search these customers" });
    await user.type(field, client.external_id);
    expect(await screen.findByText("1 in total")).toBeVisible();
    await user.clear(field);
    await user.type(field, "nobody");
    expect(await screen.findByText("Nothing here matches “nobody”.")).toBeVisible();
  });

  it("shows from which MSP to which its clients would move", async () => {
    open(undefined, (fake) =>
      becomes(fake, { would_miss: 6, error_code: "fields_remapped", remapped: ["parent"] }),
    );
    const table = within(await screen.findByRole("grid", { name: "By MSP" }));
    expect((await table.findAllByRole("gridcell", { name: "Under Harbour IT" }))[0]).toBeVisible();
    const headers = table.getAllByRole("columnheader").map((header) => header.textContent);
    expect(headers).toEqual(["MSP now", "Customers", "After accepting"]);
  });

  it("is refused to an MSP's users", async () => {
    open(undefined, undefined, users.mspAdmin);
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
  });
});

describe("what a sync changed", () => {
  const changed = "0195a000-0000-7000-a000-000000000001";
  const openRun = (path: string) =>
    renderApp({
      signedIn: users.admin,
      path,
      prepare: ({ world }) => {
        syncStates.changed(world);
        const few = { added: 1, changed: 4, moved: 1, returned: 1, missing: 1, removed: 0 };
        world.runs = [{ ...(world.runs[0] as SyncRun), ...few }];
      },
    });

  it("is counted in its panel, each number a link to its changes", async () => {
    const { user } = openRun(`/syncs/${changed}`);
    const panel = within(await screen.findByRole("complementary", { name: "Sync of Heimdal" }));
    await user.click(panel.getByRole("link", { name: "Moved: 1" }));
    const table = within(await screen.findByRole("grid", { name: "Changes" }));
    expect(await table.findAllByRole("gridcell", { name: /Baltic Managed Systems/ })).toHaveLength(1);
    expect(screen.getByRole("button", { name: "Change Moved" })).toBeVisible();
    await expectAccessible();
  });

  it("counts the customers whose MSP is not listed, and shows where they are", async () => {
    openRun(`/syncs/${changed}`);
    const notice =
      "7 customers name an MSP that Heimdal does not list; they are shown under Northwind Security.";
    expect(await screen.findByText(notice)).toBeVisible();
  });

  it("shows customer, field, before and after, and is filtered by kind", async () => {
    const { user } = openRun(`/changes?run_id=${changed}`);
    await screen.findByText("6 in total");
    await user.click(screen.getByRole("button", { name: "Change" }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: "Changed" }));
    await user.keyboard("{Escape}");
    await menuClosed();
    const table = within(await screen.findByRole("grid", { name: "Changes" }));
    expect((await table.findAllByRole("gridcell", { name: /31.*2027/ }))[0]).toBeVisible();
    expect(await screen.findByText("2 in total")).toBeVisible();
  });
});

describe("a sync under way", () => {
  it("is announced now and then, not with every customer", async () => {
    const { fake } = renderApp({
      signedIn: users.admin,
      path: "/syncs",
      prepare: ({ world }) => syncStates.running(world),
    });
    const progress = within(await screen.findByRole("group", { name: "Sync of Heimdal, under way" }));
    const liveRegion = progress.getByRole("status");
    expect(liveRegion).toHaveTextContent("Sync under way: 214 customers read so far");
    fake.world.runs = fake.world.runs.map((run, n) => (n === 0 ? { ...run, seen: 215 } : run));
    expect(await progress.findByText("Sync under way: 215 customers read so far")).toBeVisible();
    expect(liveRegion).toHaveTextContent("214");
    expect(progress.getAllByRole("status")).toHaveLength(1);
  });

  it("shows calls made and left, and until when it waits", async () => {
    const { fake } = renderApp({
      signedIn: users.admin,
      path: "/syncs",
      prepare: ({ world }) => syncStates.waiting(world),
    });
    expect(await screen.findByText("9 calls made, 16 left")).toBeVisible();
    expect(screen.getByText(/^Waiting for Heimdal until/)).toBeVisible();
    expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "36");
    await expectAccessible();
    const running = fake.world.runs[0] as SyncRun;
    const before = countCalls(fake, "syncs");
    fake.world.runs = [
      { ...running, retry_at: null, calls: 10, calls_left: 15 },
      ...fake.world.runs.slice(1),
    ];
    expect(await screen.findByText("10 calls made, 15 left")).toBeVisible();
    expect(countCalls(fake, "syncs")).toBe(before);
    expect(screen.queryByText(/^Waiting for Heimdal/)).toBeNull();
  });

  it("shows how customers move after fields were remapped", async () => {
    const { user, fake } = open(undefined, (fake) => {
      becomes(fake, { error_code: "fields_remapped", remapped: ["parent"] });
    });
    expect(await screen.findByText("3 customers would change because fields were remapped")).toBeVisible();
    const table = await screen.findByRole("grid", { name: "Customers that would change" });
    expect((await within(table).findAllByText("Under Harbour IT"))[0]).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Accept: use the new fields" }));
    const ask = within(await screen.findByRole("dialog", { name: "Change 3 customers?" }));
    await user.click(ask.getByRole("button", { name: "Change 3" }));
    expect(await screen.findByText(/Accepted by Ada Lindqvist\. The sync continues/)).toBeVisible();
    becomes(fake, { status: "complete", error_code: null, seen: 5, moved: 2 });
    expect(
      await screen.findByText("Accepted by Ada Lindqvist. 5 customers were read with the new fields."),
    ).toBeVisible();
  });

  it("shows that a known customer would be removed as the account", async () => {
    const { user, fake } = open(undefined, (fake) => {
      becomes(fake, { error_code: "account_known" });
    });
    expect(
      await screen.findByText(
        "3 customers would change because the customer id of the connection belongs to a customer",
      ),
    ).toBeVisible();
    const table = await screen.findByRole("grid", { name: "Customers that would change" });
    expect((await within(table).findAllByText("Removed: it is your own account"))[0]).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Accept: it is our own account" }));
    const ask = within(await screen.findByRole("dialog", { name: "Change 3 customers?" }));
    await user.click(ask.getByRole("button", { name: "Change 3" }));
    expect(await screen.findByText(/Accepted by Ada Lindqvist\. The sync continues/)).toBeVisible();
    becomes(fake, { status: "complete", error_code: null, removed: 1 });
    expect(
      await screen.findByText("Accepted by Ada Lindqvist. 1 customer was removed as your own account."),
    ).toBeVisible();
  });

  it("shows the effect on each customer", async () => {
    open();
    const table = await screen.findByRole("grid", { name: "Customers that would go missing" });
    expect((await within(table).findAllByText("Missing"))[0]).toBeVisible();
  });
});
