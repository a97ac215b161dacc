import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { run } from "../bridge/fakeRecords";
import type { Attention, Overview, SyncRun, TrendDay } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { range } from "../parts/LineChart";
import { expectAccessible, renderApp } from "../test/render";
import { attentionText } from "./attention";
import { changeOver } from "./change";

const open = (prepare: (fake: Fake) => void = () => undefined, who: keyof typeof users = "admin") =>
  renderApp({ signedIn: users[who], path: "/overview", prepare });

/** Makes the fake return another overview. */
const withOverview = (over: Partial<Overview>) => (fake: Fake) => {
  const { overview } = fake;
  fake.overview = async () => ({ ...(await overview()), ...over });
};

/** An overview in which nothing needs attention. */
const calm = {
  expired: 0,
  expiring_soon: 0,
  seats_exceeded: 0,
  msps_without_clients: 0,
  clients_missing: 0,
};

const attention = (over: Partial<Attention>): Attention => ({
  kind: "client_missing",
  severity: "info",
  msp_id: null,
  client_id: null,
  run_id: null,
  name: "Elm Ltd",
  detail: "",
  at: null,
  count: null,
  since: null,
  handler: null,
  snooze: null,
  ...over,
});

describe("the figures", () => {
  it("link to their lists", async () => {
    open(
      withOverview({
        msps: 24,
        clients: 600,
        clients_missing: 12,
        clients_disabled: 0,
        seats_used_unknown: 0,
        seats_total_unknown: 0,
        seats_used: 750,
        seats_total: 1000,
        expired: 3,
        expiring_soon: 9,
      }),
    );
    await screen.findByText(/^75% active/);
    const main = screen.getByRole("main");
    const links = within(main)
      .getAllByRole("link")
      .filter((link) => !/missing|disabled|changes/.test(link.textContent))
      .slice(0, 5)
      .map((link) => [link.textContent, link.getAttribute("href")]);
    expect(links).toEqual([
      ["MSPs", "#/msps?status=active"],
      ["Clients", "#/clients?status=active"],
      ["Licences: active / purchased", "#/clients?status=active&sort=-seats_used"],
      ["Expired", "#/clients?expires_on=expired&sort=-expires_on"],
      ["Expiring in 30 days", "#/clients?expires_on=30d&sort=expires_on"],
    ]);
    expect(within(main).getByText(/^12 missing/)).toBeVisible();
    await expectAccessible();
  });

  it("show when more licences are active than purchased", async () => {
    open(
      withOverview({
        seats_used: 110,
        seats_total: 100,
        seats_used_unknown: 0,
        seats_total_unknown: 0,
        trend: [],
      }),
    );
    expect(await screen.findByText("10 over")).toBeVisible();
  });

  it("name the product that does not send licences, and never show 0", async () => {
    const none = { seats_used: null, seats_total: null, products: ["Heimdal", "SentinelOne"] };
    open(withOverview({ ...none, seats_used_unknown: 600, seats_total_unknown: 600 }));
    expect(await screen.findByText("not sent by Heimdal and SentinelOne")).toBeVisible();
    expect(screen.getByRole("img", { name: "unknown" })).toBeVisible();
    expect(screen.queryByText(/600 unknown/)).toBeNull();
    await expectAccessible();
  });

  it("show which of the two licence figures is not sent", async () => {
    open(withOverview({ seats_used: null, seats_total: 1500, seats_total_unknown: 0, trend: [] }));
    expect(await screen.findByText("active not sent by Heimdal")).toBeVisible();
    expect(screen.getByText("1,500", { exact: false })).toBeVisible();
  });

  it("show for how many clients licences are unknown, with links", async () => {
    const sums = { seats_used: 1204, seats_total: 1500, trend: [] };
    const { unmount } = open(withOverview({ ...sums, seats_used_unknown: 3, seats_total_unknown: 3 }));
    expect(await screen.findByRole("link", { name: "3 unknown" })).toHaveAttribute(
      "href",
      "#/clients?status=active&seats_total=unknown",
    );
    expect(screen.getByText("80% active")).toBeVisible();
    unmount();
    open(withOverview({ ...sums, seats_used_unknown: 5, seats_total_unknown: 0 }));
    expect(await screen.findByRole("link", { name: "5 active unknown" })).toHaveAttribute(
      "href",
      "#/clients?status=active&seats_used=unknown",
    );
    // Sums over different clients have no share.
    expect(screen.queryByText(/% active/)).toBeNull();
  });

  it("count missing and disabled clients separately, with links", async () => {
    open(withOverview({ clients_missing: 12, clients_disabled: 8 }));
    expect(await screen.findByRole("link", { name: "12 missing" })).toHaveAttribute(
      "href",
      "#/clients?status=missing",
    );
    expect(screen.getByRole("link", { name: "8 disabled" })).toHaveAttribute(
      "href",
      "#/clients?status=disabled",
    );
  });

  it("have no expiry where no client in the scope has a date", async () => {
    open(withOverview({ ...calm, expired: null, expiring_soon: null, attention: [] }));
    expect(await screen.findByText("Nothing needs attention")).toBeVisible();
    expect(screen.queryByText("Expiring in 30 days")).toBeNull();
    expect(screen.queryByText(/expiring licences/)).toBeNull();
  });

  it.each([
    ["mspUser", ["Clients", "Licences: active / purchased", "Expired", "Expiring in 30 days"]],
    ["clientUser", ["Licences: active / purchased"]],
  ] as const)("are those that concern a %s", async (who, names) => {
    open(undefined, who);
    await screen.findByText("Needs attention");
    const main = screen.getByRole("main");
    for (const name of names) expect(within(main).getByRole("link", { name })).toBeVisible();
    expect(within(main).queryByRole("link", { name: "MSPs" })).toBeNull();
    await expectAccessible();
  });
});

describe("the trend", () => {
  const day = (day: string, seats_used: number): TrendDay => ({
    day,
    clients: 5,
    seats_used,
    seats_total: 90,
  });

  it("has its numbers as a table for assistive technology", async () => {
    open(withOverview({ trend: [day("2026-11-01", 1234), day("2026-11-02", 1300)] }));
    const table = await screen.findByRole("table", { name: /^Licences active and purchased/ });
    expect(
      within(table)
        .getAllByRole("row")
        .map((row) => row.textContent),
    ).toEqual([
      "DayActivePurchased",
      expect.stringMatching(/2026.*1,30090$/),
      expect.stringMatching(/2026.*1,23490$/),
    ]);
  });

  it("shows the numbers on demand", async () => {
    const { user } = open(withOverview({ trend: [day("2026-11-01", 1234)] }));
    await user.click(await screen.findByRole("button", { name: "Show numbers" }));
    expect(screen.getByRole("region", { name: /^One day so far/ })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show chart" }));
    expect(screen.queryByRole("region", { name: /^One day so far/ })).toBeNull();
  });

  it("is one chart, of licences or of clients", async () => {
    const { user } = open(withOverview({ trend: [day("2026-11-01", 1234), day("2026-11-02", 1300)] }));
    await user.click(await screen.findByRole("button", { name: "Clients", pressed: false }));
    const table = screen.getByRole("table", { name: /^Active clients, day by day/ });
    expect(within(table).getAllByRole("row")[1]).toHaveTextContent(/5$/);
    expect(screen.getAllByRole("table")).toHaveLength(1);
    await expectAccessible();
  });

  it("has an axis that begins at zero", () => {
    const line = { key: "clients", label: "Clients", main: true, values: [600, null, 618] };
    expect(range([line])).toEqual({ min: 0, max: 680 });
    expect(range([{ ...line, values: [0, 0] }])).toEqual({ min: 0, max: 1 });
  });

  it("has a gap for a day without a figure, and no chart without any", async () => {
    const before = { ...day("2026-11-01", 0), seats_used: null, seats_total: null };
    const { unmount } = open(withOverview({ trend: [before, day("2026-11-02", 1300)] }));
    const table = await screen.findByRole("table", { name: /^Licences active and purchased/ });
    expect(within(table).getAllByRole("row").at(-1)).toHaveTextContent(/––$/);
    unmount();
    open(withOverview({ trend: [before] }));
    expect(await screen.findByText("Licence figures are not sent by Heimdal.")).toBeVisible();
    expect(changeOver([before, day("2026-11-02", 1300)], (d) => d.seats_used)).toBeUndefined();
  });

  it("shows when it begins", async () => {
    open(withOverview({ trend: [] }));
    expect(await screen.findByText("The trend begins with the first complete sync.")).toBeVisible();
  });

  it("is compared with thirty days ago, or with its first day", () => {
    const trend = Array.from({ length: 40 }, (_, n) => day("2026-11-01", n * 10));
    expect(changeOver(trend, (d) => d.seats_used)).toBe("+300 in 30 days");
    expect(changeOver(trend.slice(0, 2).toReversed(), (d) => d.seats_used)).toBe("-10 in 1 day");
    expect(changeOver(trend, (d) => d.clients)).toBeUndefined();
    expect(changeOver(trend.slice(0, 1), (d) => d.seats_used)).toBeUndefined();
    expect(changeOver([], (d) => d.seats_used)).toBeUndefined();
  });
});

describe("what needs attention", () => {
  it("links to its client, MSP or run", async () => {
    open(
      withOverview({
        ...calm,
        expired: 31,
        msps_without_clients: 1,
        attention: [
          attention({ kind: "sync_failed", severity: "error", run_id: "r1", name: "Heimdal" }),
          attention({ kind: "sync_never", severity: "warning", name: "Heimdal two" }),
          attention({ kind: "licence_expired", severity: "error", client_id: "c1", msp_id: "m1" }),
          attention({ kind: "msp_without_clients", msp_id: "m2", name: "Alpine" }),
        ],
      }),
    );
    const section = (await screen.findByText("Needs attention")).closest("section") as HTMLElement;
    const lines = within(section).getAllByRole("link");
    expect(lines.map((line) => [line.textContent, line.getAttribute("href")])).toEqual([
      ["Heimdal", "#/syncs/r1"],
      ["Heimdal two", "#/syncs"],
      ["See all 31", "#/clients?expires_on=expired&sort=-expires_on"],
      ["Elm Ltd", "#/clients/c1"],
      ["See all 1", "#/msps?status=active&clients=0"],
      ["Alpine", "#/msps/m2"],
    ]);
    expect(within(section).getAllByText("Urgent")).toHaveLength(2);
    await expectAccessible();
  });

  it.each([
    ["sync_failed", "The key is wrong.", "Last sync failed: The key is wrong."],
    ["sync_failed", "", "Last sync failed"],
    ["sync_never", "", "Connected, but never synced"],
    ["licence_expired", "", "Licence expired"],
    ["licence_expiring", "", "Licence expires"],
    ["seats_exceeded", "1244/1200", "1,244 licences active, 1,200 purchased"],
    ["seats_exceeded", "", "Over its licences"],
    ["client_missing", "", "Missing from the last sync, last seen"],
    ["sync_partial", "Nordlys", "Clients of some MSPs could not be read. Last sync"],
    ["msp_without_clients", "", "MSP without clients"],
  ] as const)("has a text: %s %s", (kind, detail, words) => {
    expect(attentionText({ kind, detail })).toBe(words);
  });

  it.each([
    [1, "The clients of Nordlys could not be read. Last sync"],
    [3, "The clients of 3 MSPs could not be read. Last sync"],
  ])("names %d MSPs that could not be read", (count, words) => {
    expect(attentionText({ kind: "sync_partial", detail: "Nordlys", count })).toBe(words);
  });

  it("counts each kind and links to exactly its list", async () => {
    const { fake, user } = open();
    const section = (await screen.findByText("Needs attention")).closest("section") as HTMLElement;
    const all = await fake.overview();
    const counts = [
      all.expired,
      all.seats_exceeded,
      all.expiring_soon,
      all.msps_without_clients,
      all.clients_missing,
    ];
    const titles = within(section).getAllByRole("heading", { level: 3 });
    expect(titles.map((title) => title.textContent)).toEqual([
      `Expired licences ${counts[0]}`,
      `Clients over their licences ${counts[1]}`,
      `Licences ending in 30 days ${counts[2]}`,
      `MSPs without clients ${counts[3]}`,
      `Missing clients ${counts[4]}`,
    ]);
    const exceeded = within(section).getByRole("link", { name: /^See all \d+: Clients over their licences/ });
    await user.click(exceeded);
    expect(await screen.findByText(`${counts[1]} in total`)).toBeVisible();
    expect(window.location.hash).toBe("#/clients?status=active&seats_exceeded=yes&sort=-seats_over");
  });

  it("has no lists for a client's user, and counts a kind without a row", async () => {
    open(withOverview({ ...calm, expired: 1, attention: [] }), "clientUser");
    expect(await screen.findByRole("heading", { level: 3, name: "Expired licences 1" })).toBeVisible();
    expect(screen.queryByRole("link", { name: /^See all/ })).toBeNull();
    await expectAccessible();
  });

  it("can be empty", async () => {
    open(withOverview({ ...calm, attention: [] }));
    expect(await screen.findByText("Nothing needs attention")).toBeVisible();
  });
});

describe("before the first sync", () => {
  const nothing = (fake: Fake) => {
    fake.world.runs = [];
    withOverview({ data_as_of: null, clients: 0, msps: 0, trend: [], attention: [] })(fake);
  };

  it("lets an administrator start it, and watches it", async () => {
    const { user, fake } = open((fake) => {
      nothing(fake);
      fake.world.runs = [];
      const first = run(1, { status: "running", trigger: "manual", finished_at: null, seen: 40 });
      fake.startSync = async () => {
        fake.world.runs = [first];
        return first;
      };
    });
    expect(await screen.findByText("Nothing synced yet")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Start sync" }));
    expect(await screen.findByText("The first sync is under way")).toBeVisible();
    expect(screen.getByText(/40 customers read so far/, { ignore: "[role=status]" })).toBeVisible();
    fake.overview = async () => ({
      msps: 1,
      clients: 2,
      clients_missing: 0,
      clients_disabled: 0,
      seats_used_unknown: 0,
      seats_total_unknown: 0,
      seats_exceeded: 0,
      msps_without_clients: 0,
      products: ["Heimdal"],
      seats_used: 3,
      seats_total: 4,
      expired: 0,
      expiring_soon: 0,
      changes_since_visit: null,
      trend: [],
      attention: [],
      snoozed: [],
      data_as_of: new Date().toISOString(),
    });
    fake.world.runs = [{ ...(fake.world.runs[0] as SyncRun), status: "complete" }];
    expect(await screen.findByText("75% active")).toBeVisible();
  });

  it("shows why the first one failed", async () => {
    open((fake) => {
      const run = fake.world.runs[0] as SyncRun;
      nothing(fake);
      fake.world.runs = [{ ...run, status: "failed", error: "Heimdal refused the API key." }];
    });
    expect(await screen.findByText("The first sync failed")).toBeVisible();
    expect(screen.getByText(/Heimdal refused the API key\./)).toBeVisible();
    expect(screen.getByRole("link", { name: "Open Products & sync" })).toHaveAttribute("href", "#/syncs");
  });

  it("links to the key where the key failed", async () => {
    open((fake) => {
      const run = fake.world.runs[0] as SyncRun;
      nothing(fake);
      fake.world.runs = [
        { ...run, status: "failed", error_code: "bad_key", error: "Heimdal refused the key." },
      ];
    });
    const replace = await screen.findByRole("link", { name: "Replace the API key" });
    expect(replace).toHaveAttribute("href", "#/syncs");
    expect(replace).toHaveClass("MuiButton-contained");
    expect(screen.getByRole("button", { name: "Start sync" })).not.toHaveClass("MuiButton-contained");
  });

  it("links to the field map where the fields failed", async () => {
    open((fake) => {
      const run = fake.world.runs[0] as SyncRun;
      nothing(fake);
      fake.world.runs = [
        { ...run, status: "failed", error_code: "unmapped", error: "No customer has an id." },
      ];
    });
    const fields = await screen.findByRole("link", { name: "Open fields" });
    expect(fields).toHaveAttribute("href", expect.stringMatching(/^#\/admin\/connections\/.+\/fields$/));
    expect(fields).toHaveClass("MuiButton-contained");
  });

  it("shows that no product is connected", async () => {
    const { user } = open((fake) => {
      nothing(fake);
      fake.fail("startSync", new Problem("no_product"));
    });
    await user.click(await screen.findByRole("button", { name: "Start sync" }));
    expect(await screen.findByText(/No product is connected/)).toBeVisible();
  });

  it("explains it to staff and to an MSP's user", async () => {
    const { unmount } = open(nothing, "staff");
    expect(await screen.findByText(/An administrator of your MSSP can start/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Start sync" })).toBeNull();
    unmount();
    open(nothing, "mspUser");
    expect(await screen.findByText(/The figures of Alpine IT Services appear here/)).toBeVisible();
  });
});

describe("an overview that cannot be loaded", () => {
  it("shows why and retries", async () => {
    const { user, fake } = open((fake) => fake.fail("overview", new Problem("internal")));
    expect(await screen.findByText("Something went wrong")).toBeVisible();
    fake.fail("overview");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Needs attention")).toBeVisible();
  });

  it("keeps its data when a refetch fails, and shows that", async () => {
    const { fake } = open();
    await screen.findByText("Needs attention");
    fake.fail("overview", new Problem("internal"));
    const later = Date.now() + 60_000;
    const clock = vi.spyOn(Date, "now").mockReturnValue(later);
    window.dispatchEvent(new Event("visibilitychange"));
    expect(await screen.findByText("Could not update. What you see may be out of date.")).toBeVisible();
    expect(screen.getByText("Needs attention")).toBeVisible();
    clock.mockRestore();
  });
});
