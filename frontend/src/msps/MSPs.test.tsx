import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { dayFromNow } from "../bridge/fakeBasics";
import { worlds } from "../bridge/fakeStates";
import type { MSP, MSPFilter, Sort } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { recordQueries } from "../test/calls";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

/** Four MSPs, the first of which has three clients. */
const few = (fake: Fake) => {
  const { world } = fake;
  world.msps = world.msps.slice(0, 4);
  world.clients = world.clients.filter((client) => client.msp_id === world.msps[0]?.id).slice(0, 3);
};
const open = (path = "/msps", prepare: (fake: Fake) => void = few, who: keyof typeof users = "admin") =>
  renderApp({ signedIn: users[who], path, prepare });
const grid = () => screen.findByRole("grid", { name: "MSPs" });
const cell = async (name: string | RegExp) =>
  (await within(await grid()).findAllByRole("gridcell", { name }))[0] as HTMLElement;

describe("the list of MSPs", () => {
  it("shows the facts of each, the total and the age of the data", async () => {
    const { fake } = open();
    const first = fake.world.msps[0] as MSP;
    expect(await cell(first.name)).toBeVisible();
    expect(
      screen.getByRole("button", { name: `Show the ${first.clients} clients of ${first.name}` }),
    ).toBeVisible();
    const headers = within(await grid()).getAllByRole("columnheader");
    const names = headers.map((header) => header.textContent).filter((name) => name !== "");
    expect(names).toEqual([
      "Name",
      "Clients",
      "30-day growth",
      "Licence type",
      "SPLA",
      "Active licences",
      "Purchased",
      "Next licence end",
      "In 30 days",
      "In 90 days",
      "Expired",
      "Over licences",
      "Disabled",
      "Missing",
      "Status",
      "Last seen",
    ]);
    expect(screen.getByText("4 in total")).toBeVisible();
    await expectAccessible();
  });

  it("is searched, filtered and sorted by the server, and kept in the address", async () => {
    let filters: (MSPFilter & Sort)[] = [];
    const { user } = open("/msps", (fake) => {
      few(fake);
      filters = recordQueries(fake, "msps");
    });
    await user.type(await screen.findByRole("searchbox", { name: "Search MSPs" }), "ba");
    await waitFor(() => expect(filters.at(-1)?.q).toBe("ba"));
    await user.click(screen.getByRole("columnheader", { name: "Clients" }));
    await waitFor(() => expect(filters.at(-1)).toMatchObject({ q: "ba", sort: "clients" }));
    expect(window.location.hash).toBe("#/msps?q=ba&sort=clients");
  });

  it("goes back to the previous filter", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Status" }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: /^Missing/ }));
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(await screen.findByText("Nothing here matches Status Missing.")).toBeVisible();
    window.history.back();
    expect(await screen.findByText("4 in total")).toBeVisible();
  });
});

describe("licence facts of MSPs", () => {
  it("show how many clients of a sum lack the figure", async () => {
    open("/msps", (fake) => {
      few(fake);
      const sums = { seats_used: 1204, seats_used_unknown: 3, seats_total: 1500, seats_total_unknown: 0 };
      fake.world.msps[0] = { ...(fake.world.msps[0] as MSP), ...sums };
    });
    expect(await cell("3 unknown 1,204")).toBeVisible();
    expect(await cell("1,500")).toBeVisible();
  });

  it("are unknown where all clients lack them", async () => {
    open("/msps?q=summit", ({ world }) => {
      const figures = {
        growth: 1,
        expiring_30: 2,
        expiring_90: 2,
        expired: 2,
        exceeded: 2,
        disabled: 2,
        missing: 2,
      };
      world.msps = world.msps.map((msp) => ({ ...msp, ...figures }));
    });
    await screen.findByText("Summit Support Group");
    expect(within(await grid()).getAllByRole("gridcell", { name: "unknown" })).toHaveLength(4);
    expect(within(await grid()).queryByRole("gridcell", { name: "0" })).toBeNull();
  });

  it("have no expiry where no client in the scope has a date", async () => {
    open("/msps", (fake) => {
      few(fake);
      worlds.noExpiry(fake.world);
    });
    await cell(/./);
    const headers = within(await grid()).getAllByRole("columnheader");
    expect(headers.map((header) => header.textContent)).not.toContain("Next licence end");
    expect(headers.map((header) => header.textContent)).not.toContain("Expired");
  });

  it("show the next licence end, and link to the licences that have expired", async () => {
    open("/msps", (fake) => {
      few(fake);
      const ends = { expires_on: "2020-01-01", next_expires_on: dayFromNow(3), expired: 2 };
      fake.world.msps[0] = { ...(fake.world.msps[0] as MSP), ...ends };
      fake.world.msps = fake.world.msps.slice(0, 1);
    });
    expect(await cell(/· in 3 d$/)).toBeVisible();
    const { id, name } = { id: users.mspUser.grants[0]?.scope.msp_id, name: "Alpine IT Services" };
    expect(
      screen.getByRole("link", { name: `Show the 2 clients of ${name} whose licences have expired` }),
    ).toHaveAttribute("href", `#/clients?msp_id=${id}&expires_on=expired&sort=-expires_on`);
    expect(within(await grid()).queryByRole("gridcell", { name: /2020/ })).toBeNull();
    await expectAccessible();
  });

  it("are sorted by the next licence end on the server, the clients of an expanded MSP by theirs", async () => {
    let filters: (MSPFilter & Sort)[] = [];
    let ofClients: Sort[] = [];
    const { user } = open("/msps", (fake) => {
      few(fake);
      filters = recordQueries(fake, "msps");
      ofClients = recordQueries(fake, "clients");
    });
    await user.click(await screen.findByRole("button", { name: /^Show the \d+ clients of Alpine/ }));
    await user.click(screen.getByRole("columnheader", { name: "Next licence end" }));
    await waitFor(() => expect(filters.at(-1)?.sort).toBe("next_expires_on"));
    await waitFor(() => expect(ofClients.at(-1)?.sort).toBe("expires_on"));
    await user.click(screen.getByRole("columnheader", { name: "Expired" }));
    await waitFor(() => expect(filters.at(-1)?.sort).toBe("expired"));
    expect(ofClients.map(({ sort }) => sort)).not.toContain("expired");
  });

  it("filter the list, also by the number of clients", async () => {
    let filters: (MSPFilter & Sort)[] = [];
    open("/msps?clients=5..&spla=no&licence_type=annual&seats_used=unknown", (fake) => {
      filters = recordQueries(fake, "msps");
    });
    const words =
      "Nothing here matches Licence type annual, SPLA no, Clients from 5, and Active licences unknown.";
    expect(await screen.findByText(words)).toBeVisible();
    expect(filters.at(-1)).toMatchObject({
      clients: "5..",
      spla: "no",
      licence_type: "annual",
      seats_used: "unknown",
    });
  });
});

describe("an expanded MSP", () => {
  const opening = ({ world }: Fake) => ({ first: world.msps[0] as MSP, clients: world.clients });
  const row = (text: string) => screen.findByText(text);
  const show = (msp: MSP) =>
    screen.findByRole("button", { name: `Show the ${msp.clients} clients of ${msp.name}` });

  it("shows its clients in the same table, and hides them", async () => {
    const { user, fake } = open();
    const { first, clients } = opening(fake);
    const toggle = await show(first);
    expect(toggle).toHaveAttribute("aria-expanded", "false");
    await user.click(toggle);
    for (const { name } of clients) expect(await row(name)).toBeVisible();
    expect(screen.getByText("4 in total")).toBeVisible();
    const hide = screen.getByRole("button", { name: `Hide the ${first.clients} clients of ${first.name}` });
    expect(hide).toHaveAttribute("aria-expanded", "true");
    expect(window.location.hash).toBe(`#/msps?opened=${first.id}`);
    expect(screen.queryByRole("complementary")).toBeNull();
    await expectAccessible();
    await user.click(hide);
    await waitFor(() => expect(screen.queryByText(clients[0]?.name ?? "")).toBeNull());
  });

  it("is opened by arrow right on its name and closed by arrow left", async () => {
    const { user, fake } = open();
    const { first, clients } = opening(fake);
    await user.click(await row(first.name));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
    await user.keyboard("{ArrowRight}");
    expect(await row(clients[0]?.name ?? "")).toBeVisible();
    expect((await row(first.name)).closest("[role=gridcell]")).toHaveFocus();
    await user.keyboard("{ArrowLeft}");
    await waitFor(() => expect(screen.queryByText(clients[0]?.name ?? "")).toBeNull());
  });

  it("opens a client beside the list, and returns the focus", async () => {
    const { user, fake } = open();
    const { first, clients } = opening(fake);
    await user.click(await show(first));
    const name = clients[0]?.name ?? "";
    await user.click(await row(name));
    const panel = await screen.findByRole("complementary", { name });
    expect(await within(panel).findByText("supportTier")).toBeInTheDocument();
    await user.click(within(panel).getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
    expect(await row(name)).toBeVisible();
  });

  it("shows more of its clients when there are more than a page", async () => {
    const { user, fake } = open("/msps", (fake) => {
      few(fake);
      const { clients } = fake;
      fake.clients = (query) => clients({ ...query, limit: 2 });
    });
    const { first, clients } = opening(fake);
    await user.click(await show(first));
    expect(await screen.findByText("2 of 3 clients")).toBeVisible();
    await user.click(screen.getByRole("button", { name: `Show more clients of ${first.name}` }));
    for (const { name } of clients) expect(await row(name)).toBeVisible();
    expect(screen.queryByText(/of 3 clients/)).toBeNull();
  });

  it("shows in place that it has no clients", async () => {
    const { user, fake } = open("/msps", (fake) => {
      few(fake);
      fake.world.clients = [];
      fake.world.msps[0] = { ...(fake.world.msps[0] as MSP), clients: 0 };
    });
    const { name } = fake.world.msps[0] as MSP;
    await user.click(
      await screen.findByRole("button", { name: /^0 active clients: show the others of Alpine/ }),
    );
    expect(await screen.findByText(`${name} has no clients.`)).toBeVisible();
  });

  it("shows in place that clients load or why they failed, and retries", async () => {
    const { user, fake } = open("/msps", (fake) => {
      few(fake);
      fake.fail("clients", new Problem("internal"), 1);
    });
    const { first, clients } = opening(fake);
    await user.click(await show(first));
    const why = `The clients of ${first.name} could not be loaded. Something went wrong`;
    expect(await screen.findByRole("alert")).toHaveTextContent(why);
    await user.click(screen.getByRole("button", { name: `Try again to load the clients of ${first.name}` }));
    expect(await row(clients[0]?.name ?? "")).toBeVisible();
  });
});

describe("the MSP of its own users", () => {
  it("is expanded, with its clients in the same table", async () => {
    const { user, fake } = open("/msps", few, "mspUser");
    const own = fake.world.msps[0] as MSP;
    const table = await screen.findByRole("grid", { name: "My MSP" });
    for (const { name } of fake.world.clients) expect(await within(table).findByText(name)).toBeVisible();
    expect(screen.queryByRole("searchbox", { name: "Search MSPs" })).toBeNull();
    await user.click(within(table).getByText(own.name));
    const panel = await screen.findByRole("complementary", { name: own.name });
    expect(await within(panel).findByRole("link", { name: "Show your clients" })).toHaveAttribute(
      "href",
      "#/clients?status=active",
    );
    await expectAccessible();
  });

  it("begins with its figures and a bar of its licences, each a link to its clients", async () => {
    open(
      "/msps",
      (fake) => {
        few(fake);
        const seats = { seats_used: 30, seats_total: 40, seats_used_unknown: 0, seats_total_unknown: 0 };
        const ends = { next_expires_on: dayFromNow(3), expired: 2 };
        fake.world.msps[0] = { ...(fake.world.msps[0] as MSP), ...seats, ...ends };
      },
      "mspUser",
    );
    expect(await screen.findByText("licences have ended")).toBeVisible();
    expect(screen.getByRole("link", { name: "Expired" })).toHaveAttribute(
      "href",
      "#/clients?expires_on=expired&sort=-expires_on",
    );
    expect(screen.getByRole("link", { name: "Next licence end" })).toHaveAttribute(
      "href",
      "#/clients?expires_on=30d&sort=expires_on",
    );
    expect(document.querySelector("[data-share]")).toHaveAttribute("data-share", "0.75");
    expect(screen.getByRole("link", { name: "Show your clients" })).toHaveAttribute(
      "href",
      "#/clients?status=active",
    );
    await expectAccessible();
  });

  it("lists its clients by what ends first", async () => {
    let ofClients: Sort[] = [];
    open(
      "/msps",
      (fake) => {
        few(fake);
        ofClients = recordQueries(fake, "clients");
      },
      "mspUser",
    );
    await waitFor(() => expect(ofClients.at(-1)?.sort).toBe("expires_on,name"));
  });

  it("can be collapsed", async () => {
    const { user, fake } = open("/msps", few, "mspUser");
    const first = fake.world.clients[0]?.name ?? "";
    await screen.findByText(first);
    await user.click(screen.getByRole("button", { name: /^Hide the/ }));
    await waitFor(() => expect(screen.queryByText(first)).toBeNull());
  });
});

describe("one MSP beside the list", () => {
  it("shows facts, history and sent fields, and links to its clients", async () => {
    const { user, fake } = open();
    const first = fake.world.msps[0] as MSP;
    await user.click(await cell(first.name));
    const panel = await screen.findByRole("complementary", { name: first.name });
    expect(panel).toHaveFocus();
    expect(await within(panel).findByText("Added")).toBeVisible();
    expect(within(panel).getByText("supportTier")).toBeInTheDocument();
    expect(within(panel).getByRole("link", { name: `Show its ${first.clients} clients` })).toHaveAttribute(
      "href",
      `#/clients?msp_id=${first.id}&status=active`,
    );
    await expectAccessible();
  });

  it("opens with Enter, and returns the focus to its row on Escape", async () => {
    const { user, fake } = open();
    const second = fake.world.msps[1] as MSP;
    await user.click(await cell((fake.world.msps[0] as MSP).name));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
    await user.keyboard("{ArrowDown}{Enter}");
    expect(await screen.findByRole("complementary", { name: second.name })).toHaveFocus();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
    expect(await cell(second.name)).toHaveFocus();
  });

  it("has no link to clients where there are none", async () => {
    const { fake } = open("/msps", (fake) => {
      few(fake);
      fake.world.msps[0] = { ...(fake.world.msps[0] as MSP), clients: 0 };
    });
    window.location.hash = `/msps/${(fake.world.msps[0] as MSP).id}`;
    const panel = await screen.findByRole("complementary");
    expect(await within(panel).findByText("Added")).toBeVisible();
    expect(within(panel).queryByRole("link", { name: /its \d* ?client|active client/i })).toBeNull();
  });

  it("shows the MSP's own figures and the sums over its clients where they differ", async () => {
    const { user, fake } = open();
    const first = fake.world.msps[0] as MSP;
    fake.world.ownSeats[first.id] = { used: 1480, total: 1900 };
    await user.click(await screen.findByText(first.name));
    const panel = await screen.findByRole("complementary", { name: first.name });
    const own = await within(panel).findByText("reported for the MSP itself");
    expect(own.parentElement).toHaveTextContent("1,480 / 1,900");
    expect(within(panel).getByText("sum of its clients")).toBeVisible();
    await expectAccessible();
  });

  it("shows one figure where the sums agree with the MSP's own or are not known", async () => {
    const { user, fake } = open();
    const first = fake.world.msps[0] as MSP;
    const { msp } = fake;
    fake.msp = async (id) => ({
      ...(await msp(id)),
      own_seats: { used: 5, total: 9 },
      clients_seats: { used: 5, total: null, used_unknown: 2, total_unknown: 7 },
    });
    await user.click(await cell(first.name));
    const panel = await screen.findByRole("complementary", { name: first.name });
    expect(await within(panel).findByText("Added")).toBeVisible();
    expect(within(panel).queryByText("sum of its clients")).toBeNull();
  });

  it("shows why it could not be loaded, keeps the list, and retries", async () => {
    const { user, fake } = open("/msps", (fake) => {
      few(fake);
      fake.fail("msp", new Problem("internal"), 1);
    });
    await user.click(await cell((fake.world.msps[0] as MSP).name));
    const panel = await screen.findByRole("complementary");
    expect(await within(panel).findByText("Something went wrong")).toBeVisible();
    await user.click(within(panel).getByRole("button", { name: "Try again" }));
    expect(await within(panel).findByText("Added")).toBeVisible();
  });
});

describe("where there is nothing to list", () => {
  it("explains the empty list and links to the syncs", async () => {
    open("/msps", (fake) => {
      fake.world.msps = [];
    });
    expect(await screen.findByText("No MSPs yet")).toBeVisible();
    expect(screen.getByRole("link", { name: "Open Products & sync" })).toHaveAttribute("href", "#/syncs");
  });

  it("shows the filter when nothing matches", async () => {
    open("/msps?q=zebra");
    expect(await screen.findByText("Nothing here matches “zebra”.")).toBeVisible();
  });

  it("shows why the list could not be loaded", async () => {
    open("/msps", (fake) => fake.fail("msps", new Problem("offline")));
    expect(await screen.findByText("Not loaded yet")).toBeVisible();
    expect(screen.getByRole("alert")).toHaveTextContent(/Offline since/);
    await expectAccessible();
  });

  it("is refused to a client's user", async () => {
    open("/msps", few, "clientUser");
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
  });
});
