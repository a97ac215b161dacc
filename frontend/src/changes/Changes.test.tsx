import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { run } from "../bridge/fakeRecords";
import { Problem } from "../bridge/problem";
import { formatDate } from "../i18n/format";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

const day = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** One run of today with many alike, and one of three days ago. */
const twoRuns = (fake: Fake) => {
  fake.world.runs = [
    run(1, { added: 92, changed: 1, finished_at: ago(60_000) }),
    run(2, { added: 1, changed: 3, moved: 2, finished_at: ago(3 * day), reviewer_name: "Ada Lindqvist" }),
  ];
};
const open = (
  path = "/changes",
  prepare: (fake: Fake) => void = twoRuns,
  who: keyof typeof users = "admin",
) => renderApp({ signedIn: users[who], path, prepare });
const grid = () => screen.findByRole("grid", { name: "Changes" });

describe("the list of changes", () => {
  it("shows many alike as one line, which opens", async () => {
    const { user } = open();
    const table = await grid();
    const many = await within(table).findAllByRole("link", { name: /^4 new clients under / });
    expect(screen.getByText("97 in total")).toBeVisible();
    await expectAccessible();
    await user.click(many[0] as HTMLElement);
    expect(await screen.findByText("4 in total")).toBeVisible();
    expect(screen.getByRole("button", { name: "Similar changes This one" })).toBeVisible();
    expect(within(await grid()).queryByText(/new clients/)).toBeNull();
  });

  it("opens the customer of a line", async () => {
    const { user } = open("/changes?kind=moved");
    const table = await grid();
    await within(table).findAllByText(/^Moved from Baltic/);
    await user.click(within(table).getAllByRole("gridcell", { name: "Moved" })[0] as HTMLElement);
    expect(await screen.findByRole("heading", { level: 1, name: "Clients" })).toBeVisible();
  });

  it("names the user who accepted a run, and the run, to the MSSP's users", async () => {
    open("/changes?kind=moved");
    const table = await grid();
    expect((await within(table).findAllByText(/by Ada Lindqvist/))[0]).toBeVisible();
    expect(within(table).getAllByRole("link", { name: "Sync" })[0]).toHaveAttribute(
      "href",
      expect.stringMatching(/syncs/),
    );
  });

  it.each(["mspUser", "clientUser"] as const)("shows %s neither runs nor users", async (who) => {
    open("/changes", twoRuns, who);
    await grid();
    expect(screen.queryByRole("link", { name: "Sync" })).toBeNull();
    expect(screen.queryByText(/Ada Lindqvist/)).toBeNull();
    expect(screen.getByRole("link", { name: "Changes" })).toHaveAttribute("aria-current", "page");
    await expectAccessible();
  });

  it("tells users of an MSP that clients came and left, and nothing of the other MSP", async () => {
    const { user, fake } = open(
      "/changes?kind=moved",
      (made) => {
        const [own, other] = made.world.msps;
        made.world.clients.forEach((client, n) => {
          const msp = n % 2 === 0 ? own : other;
          Object.assign(client, { msp_id: msp?.id, msp_name: msp?.name });
        });
        made.world.runs = [run(1, { added: 0, missing: 0, removed: 0, changed: 14, moved: 14, returned: 0 })];
      },
      "mspUser",
    );
    const table = await grid();
    expect(await screen.findByText("14 in total")).toBeVisible();
    expect(within(table).getByText("Came from elsewhere")).toBeVisible();
    expect(within(table).getByText("No longer under Alpine IT Services")).toBeVisible();
    expect(screen.queryByText(/Baltic/)).toBeNull();
    await expectAccessible();
    await user.click(within(table).getByText("No longer under Alpine IT Services"));
    expect(await screen.findByText("7 in total")).toBeVisible();
    const opened = within(await grid());
    expect(await opened.findAllByText("No longer under Alpine IT Services")).toHaveLength(7);
    const left = fake.world.clients[1]?.name ?? "";
    expect(opened.getByText(left)).toBeVisible();
    expect(opened.queryByRole("link", { name: left })).toBeNull();
  });

  it("filters by time, kind and field, and says so where nothing matches", async () => {
    const { user } = open();
    await grid();
    await user.click(screen.getByRole("button", { name: "Time" }));
    await user.click(await screen.findByRole("menuitem", { name: "Since yesterday" }));
    await menuClosed();
    expect(await screen.findByText("93 in total")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Change" }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: "Removed" }));
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(await screen.findByText("Nothing here matches Since yesterday and Change Removed.")).toBeVisible();
    await user.click(screen.getAllByRole("button", { name: "Clear filters" })[0] as HTMLElement);
    expect(await screen.findByText("97 in total")).toBeVisible();
  });

  it("accepts a span from one day to another, and explains a wrong one", async () => {
    const { user } = open();
    await grid();
    await user.click(screen.getByRole("button", { name: "Time" }));
    const dialog = await screen.findByRole("dialog", { name: "Time" });
    await user.type(within(dialog).getByLabelText("From"), "2026-02-30");
    await user.click(within(dialog).getByRole("button", { name: "Apply" }));
    expect(within(dialog).getByRole("alert")).toHaveTextContent("Enter a date such as 2026-01-31.");
    await expectAccessible();
    await user.clear(within(dialog).getByLabelText("From"));
    await user.type(within(dialog).getByLabelText("From"), "2020-02-02");
    await user.type(within(dialog).getByLabelText("To"), "2020-02-01{Enter}");
    expect(within(dialog).getByRole("alert")).toHaveTextContent("The first day is after the last.");
    await user.clear(within(dialog).getByLabelText("To"));
    await user.type(within(dialog).getByLabelText("To"), "2020-02-03{Enter}");
    await menuClosed();
    expect(
      await screen.findByText(
        `Nothing here matches Since ${formatDate("2020-02-02")} and Until ${formatDate("2020-02-03")}.`,
      ),
    ).toBeVisible();
  });

  it("ignores a filter in the address that the API would refuse", async () => {
    const { fake } = open("/changes?since=soon&until=1d&kind=lost&field=colour&msp_id=1&group_id=x");
    expect(await screen.findByText("97 in total")).toBeVisible();
    expect(fake.calls).toContain("changes");
  });

  it("shows the changes of one run", async () => {
    const { user } = open("/syncs");
    await user.click((await screen.findAllByText("Complete"))[1] as HTMLElement);
    const panel = await screen.findByRole("complementary", { name: "Sync of Heimdal" });
    await user.click(within(panel).getByRole("link", { name: "Show all changes" }));
    expect(await screen.findByText("4 in total")).toBeVisible();
    expect(screen.getByRole("button", { name: /^Sync / })).toBeVisible();
  });

  it("says that nothing has changed yet", async () => {
    open("/changes", (fake) => {
      fake.world.runs = [];
    });
    expect(await screen.findByText("No changes yet")).toBeVisible();
    await expectAccessible();
  });

  it("explains a list that cannot be loaded, and loads it again", async () => {
    const { user, fake } = open("/changes", (made) => {
      twoRuns(made);
      made.fail("changes", new Problem("internal", { message: "Something broke." }));
    });
    const again = await screen.findByRole("button", { name: "Try again" });
    fake.fail("changes");
    await user.click(again);
    expect(await screen.findByText("97 in total")).toBeVisible();
  });
});

describe("the last visit", () => {
  it("is counted on the overview, and leads to exactly these changes", async () => {
    const { user } = open("/overview");
    await user.click(await screen.findByRole("link", { name: "93 changes since your last visit" }));
    expect(await screen.findByText("93 in total")).toBeVisible();
    expect(screen.getByText(/^Since your last visit:/)).toBeVisible();
  });

  it("stays the same when the list is loaded again", async () => {
    const { fake, unmount } = open("/changes?since=last_visit");
    expect(await screen.findByText("93 in total")).toBeVisible();
    await waitFor(() => expect(fake.world.visits.size).toBe(1));
    const { visits } = fake.world;
    unmount();
    open("/changes?since=last_visit", (again) => {
      twoRuns(again);
      again.world.visits = visits;
    });
    expect(await screen.findByText("93 in total")).toBeVisible();
  });

  it("has ended half an hour later: then nothing is new", async () => {
    const { fake } = open("/overview", (made) => {
      twoRuns(made);
      made.world.visitedAt = ago(31 * 60_000);
      made.world.runs = made.world.runs.map((one) => ({ ...one, finished_at: ago(2 * day) }));
    });
    expect(await screen.findByText(/^No changes since your last visit/)).toBeVisible();
    expect(fake.world.visits.size).toBe(0);
  });

  it("is not counted before the first one", async () => {
    open("/overview", (fake) => {
      twoRuns(fake);
      fake.world.visitedAt = null;
    });
    expect(await screen.findByText("Expiring in 30 days")).toBeVisible();
    expect(screen.queryByText(/since your last visit/)).toBeNull();
  });
});
