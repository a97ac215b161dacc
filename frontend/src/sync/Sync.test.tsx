import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { run } from "../bridge/fakeRecords";
import { syncStates } from "../bridge/fakeStates";
import type { SyncRun } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { countCalls } from "../test/calls";
import { expectAccessible, renderApp } from "../test/render";
import { startedBy } from "./run";

const few = (fake: Fake) => {
  fake.world.runs = fake.world.runs.slice(0, 3);
};
const open = (path = "/syncs", prepare: (fake: Fake) => void = few, who: keyof typeof users = "admin") =>
  renderApp({ signedIn: users[who], path, prepare });
const newest = (fake: Fake, over: Partial<SyncRun>) => {
  fake.world.runs[0] = { ...(fake.world.runs[0] as SyncRun), ...over };
};
const grid = () => screen.findByRole("grid", { name: "Syncs" });

describe("the sync runs", () => {
  it("are listed with what they read and changed", async () => {
    open();
    const table = await grid();
    expect(await within(table).findAllByText("Complete")).toHaveLength(3);
    expect(within(table).getAllByRole("gridcell", { name: "36 sec" })[0]).toBeVisible();
    expect(within(table).getAllByRole("gridcell", { name: "636" })[0]).toBeVisible();
    expect(screen.getByText("3 in total")).toBeVisible();
    await expectAccessible();
  });

  it("show the reason of a failed one, and no counts", async () => {
    const { user } = open("/syncs", (fake) => {
      few(fake);
      newest(fake, {
        status: "failed",
        error: "Heimdal refused the API key.",
        error_code: "bad_key",
        seen: 7,
      });
    });
    const reason = await screen.findByRole("gridcell", { name: "Heimdal refused the API key." });
    expect(screen.queryByRole("gridcell", { name: "7" })).toBeNull();
    await user.click(reason);
    const panel = await screen.findByRole("complementary", { name: "Sync of Heimdal" });
    const why = within(panel).getByRole("alert");
    expect(within(why).getByText("This sync failed")).toBeVisible();
    expect(why).toHaveTextContent("Heimdal refused the API key. Nothing was changed.");
    expect(within(panel).getByText("bad_key")).toBeVisible();
    expect(within(panel).queryByRole("heading", { name: "What it changed" })).toBeNull();
    await expectAccessible();
  });

  it("name the user who started one, in the list and in its panel", async () => {
    const { user } = open("/syncs", (fake) => {
      few(fake);
      newest(fake, { trigger: "manual", requester_name: "Ada Lindqvist" });
    });
    await user.click(await screen.findByRole("gridcell", { name: "Ada Lindqvist" }));
    const panel = await screen.findByRole("complementary", { name: "Sync of Heimdal" });
    expect(within(panel).getByText("Ada Lindqvist")).toBeVisible();
    expect(within(panel).getByRole("heading", { name: "What it changed" })).toBeVisible();
    expect(startedBy({ ...run(1), trigger: "manual" })).toBe("User");
    expect(startedBy(run(1))).toBe("Schedule");
  });

  it("name the MSPs of a partial one that could not be read, and why", async () => {
    const { user } = open("/syncs", ({ world }) => {
      world.runs = world.runs.slice(0, 3);
      syncStates.partial(world);
    });
    await user.click(await within(await grid()).findByText("Partial"));
    const panel = await screen.findByRole("complementary", { name: "Sync of Heimdal" });
    const unread = within(panel).getByRole("alert");
    expect(within(unread).getByText("The clients of 2 MSPs could not be read")).toBeVisible();
    const lines = within(unread).getAllByRole("listitem");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toHaveTextContent(/^.+: Heimdal does not know this reseller .* \(status 404\)/);
    expect(
      within(panel).getByText(
        /3 known customers .* 3 were looked up again; 2 of these are still there\. 1 was marked missing\.$/,
      ),
    ).toBeVisible();
    expect(within(panel).getByRole("link", { name: "Missing: 1" })).toBeVisible();
    await expectAccessible();
  });

  it("show that all customers that were looked up again exist", async () => {
    const { fake } = open("/syncs", (fake) => {
      few(fake);
      newest(fake, { absent: 1, checked: 1, found: 1, missing: 0 });
    });
    window.location.hash = `/syncs/${fake.world.runs[0]?.id}`;
    const panel = await screen.findByRole("complementary", { name: "Sync of Heimdal" });
    expect(
      within(panel).getByText(
        /1 known customer .* 1 was looked up again; 1 of .* None was marked missing\.$/,
      ),
    ).toBeVisible();
  });

  it("show how many absent customers wait for the next complete sync", async () => {
    const { fake } = open("/syncs", (fake) => {
      few(fake);
      newest(fake, { absent: 27, checked: 0, found: 0, undecided: 24, missing: 3 });
    });
    window.location.hash = `/syncs/${fake.world.runs[0]?.id}`;
    const panel = await screen.findByRole("complementary", { name: "Sync of Heimdal" });
    const text =
      "27 known customers were on none of them. 3 were marked missing. 24 stay unchanged until the next complete sync.";
    expect(within(panel).getByText((found) => found.endsWith(text))).toBeVisible();
  });

  it("name the connection where there are several", async () => {
    open("/syncs", ({ world }) => syncStates.many(world));
    const table = within(await grid());
    expect(await table.findAllByRole("gridcell", { name: "Heimdal, customer 120451" })).not.toHaveLength(0);
    expect(table.getByRole("gridcell", { name: "Heimdal, customer 9821104477" })).toBeVisible();
    expect(screen.getByText(/^Sentinel .*, customer northwind-security-emea-01:/)).toBeVisible();
  });

  it("open from a link", async () => {
    const { fake } = open();
    window.location.hash = `/syncs/${fake.world.runs[1]?.id}`;
    const panel = await screen.findByRole("complementary", { name: "Sync of Heimdal" });
    expect(within(panel).getByText(String(fake.world.runs[1]?.id))).toBeVisible();
  });
});

const syncNow = () => screen.findByRole("button", { name: "Sync now: Heimdal, customer 120451" });

describe("starting a sync", () => {
  it("watches it until it has ended, then refetches the lists", async () => {
    const { user, fake } = open();
    await user.click(await syncNow());
    expect(await screen.findByRole("progressbar", { name: "Progress of the sync" })).toBeVisible();
    expect(await syncNow()).toHaveAttribute("aria-disabled", "true");
    expect(await syncNow()).toHaveFocus();
    newest(fake, { seen: 120 });
    expect(await screen.findByText("Sync under way: 120 customers read so far")).toBeVisible();
    const before = countCalls(fake, "overview");
    newest(fake, { status: "complete", seen: 636, finished_at: new Date().toISOString() });
    await waitFor(async () => expect(await syncNow()).toHaveAttribute("aria-disabled", "false"));
    expect(screen.queryByRole("progressbar")).toBeNull();
    await waitFor(() => expect(countCalls(fake, "overview")).toBeGreaterThan(before));
    const requests = countCalls(fake, "syncs");
    await new Promise((done) => setTimeout(done, 2_500));
    expect(countCalls(fake, "syncs")).toBe(requests);
  });

  it("syncs the connection of its card, and watches several at once", async () => {
    const { user, fake } = open("/syncs", (fake) => {
      few(fake);
      syncStates.two(fake.world);
    });
    const second = within(await screen.findByRole("article", { name: "Heimdal, customer 98211" }));
    await user.click(second.getByRole("button", { name: /^Sync now/ }));
    expect(await second.findByRole("progressbar")).toBeVisible();
    expect(fake.world.runs[0]?.connection_id).toBe(fake.world.connections[1]?.id);
    const first = within(await screen.findByRole("article", { name: "Heimdal, customer 120451" }));
    expect(first.queryByRole("progressbar")).toBeNull();
    await user.click(await syncNow());
    expect(await first.findByRole("progressbar")).toBeVisible();
    fake.world.runs = fake.world.runs.map((run, n) => (n < 2 ? { ...run, seen: 30 + n } : run));
    expect(await first.findByText("Sync under way: 30 customers read so far")).toBeVisible();
    expect(await second.findByText("Sync under way: 31 customers read so far")).toBeVisible();
  });

  it("shows that one is already under way", async () => {
    const { user } = open("/syncs", (fake) => {
      few(fake);
      fake.fail("startSync", new Problem("sync_running"));
    });
    await user.click(await syncNow());
    expect(await screen.findByRole("alert")).toHaveTextContent(/A sync of this product is already under way/);
  });

  it("shows that no product is connected", async () => {
    const { user } = open("/syncs", (fake) => {
      few(fake);
      fake.fail("startSync", new Problem("no_product"));
    });
    await user.click(await syncNow());
    expect(await screen.findByRole("alert")).toHaveTextContent(/There is no product to sync/);
  });

  it("is not offered for a paused connection", async () => {
    open("/syncs", (fake) => syncStates.paused(fake.world));
    await screen.findByRole("button", { name: /^Resume/ });
    expect(screen.queryByRole("button", { name: /^Sync now/ })).toBeNull();
  });

  it("is not offered to staff", async () => {
    open("/syncs", few, "staff");
    await grid();
    expect(screen.queryByRole("button", { name: /^Sync now/ })).toBeNull();
    expect(screen.queryByRole("navigation", { name: "Sections of Admin" })).toBeNull();
  });
});

describe("where there is nothing to list", () => {
  it("explains an empty list, and refetches it", async () => {
    const { user, fake } = open("/syncs", ({ world }) => syncStates.never(world));
    expect(await screen.findByText("No sync yet")).toBeVisible();
    expect(await screen.findByText(/Nothing has been read from it yet/)).toBeVisible();
    await expectAccessible();
    const requests = countCalls(fake, "syncs");
    await user.click(screen.getByRole("button", { name: "Look again" }));
    await waitFor(() => expect(countCalls(fake, "syncs")).toBe(requests + 1));
  });

  it("shows why the list could not be loaded", async () => {
    open("/syncs", (fake) => fake.fail("syncs", new Problem("internal", { requestId: "req-7" })));
    expect(await screen.findByText("Request id: req-7")).toBeVisible();
  });

  it("is refused to an MSP's user", async () => {
    open("/syncs", few, "mspUser");
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
  });
});
