import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { dayFromNow } from "../bridge/fakeBasics";
import { syncStates, worlds } from "../bridge/fakeStates";
import type { Client, ClientFilter, MSP, Sort } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { recordQueries } from "../test/calls";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

const few = (fake: Fake) => {
  const { clients } = fake.world;
  fake.world.clients = [
    ...clients.slice(0, 4),
    ...clients.filter(({ msp_id }) => msp_id === null).slice(0, 1),
  ];
};
const open = (path = "/clients", prepare: (fake: Fake) => void = few, who: keyof typeof users = "admin") =>
  renderApp({ signedIn: users[who], path, prepare });
const grid = () => screen.findByRole("grid", { name: "Clients" });
const cell = async (name: string | RegExp) =>
  (await within(await grid()).findAllByRole("gridcell", { name }))[0] as HTMLElement;

const change = (fake: Fake, over: Partial<Client>) => {
  fake.world.clients[0] = { ...(fake.world.clients[0] as Client), name: "Aaron Ltd", ...over };
};

describe("the list of clients", () => {
  it("shows the facts of each, the total and the age of the data", async () => {
    open();
    expect(await cell(/^Aldgate/)).toBeVisible();
    const headers = within(await grid()).getAllByRole("columnheader");
    expect(headers.map((header) => header.textContent)).toEqual(
      expect.arrayContaining([
        "Name",
        "MSP",
        "Licence type",
        "SPLA",
        "Active licences",
        "Purchased",
        "Licence ends",
        "Status",
      ]),
    );
    expect(await cell("Directly under the MSSP")).toBeVisible();
    expect(screen.getByText("5 in total")).toBeVisible();
    expect(screen.getByText(/^Updated/)).toBeVisible();
    expect(screen.queryByText(/Data as of/)).toBeNull();
    await expectAccessible();
  });

  it("shows products as short codes, with their names", async () => {
    open("/clients", (fake) => {
      few(fake);
      change(fake, { products: ["Threat Prevention", "Next-Gen Antivirus"] });
    });
    expect(await screen.findByText("TP NGA")).toBeVisible();
    expect(await cell("Threat Prevention, Next-Gen Antivirus")).toBeVisible();
  });

  it("shows as text that more licences are active than purchased", async () => {
    open("/clients", (fake) => {
      few(fake);
      change(fake, { seats_used: 44, seats_total: 40 });
    });
    expect(await cell("4 over 44")).toBeVisible();
    expect(await cell("40")).toBeVisible();
  });

  it("shows a dash where a licence has no end, and when one has ended", async () => {
    open("/clients", (fake) => {
      few(fake);
      change(fake, { expires_on: "2020-01-01" });
      fake.world.clients = fake.world.clients.slice(0, 2);
      fake.world.clients[1] = { ...(fake.world.clients[1] as Client), expires_on: null };
    });
    expect(await cell(/^Jan 1, 2020 · \d+ y ago$/)).toBeVisible();
    expect(await cell("–")).toBeVisible();
  });

  it("hides the MSP where there is only one", async () => {
    open("/clients", few, "mspUser");
    await cell(/./);
    const headers = within(await grid()).getAllByRole("columnheader");
    expect(headers.map((header) => header.textContent)).not.toContain("MSP");
    expect(screen.queryByRole("button", { name: "MSP" })).toBeNull();
  });
});

describe("licence facts of clients", () => {
  const only = (over: Partial<Client>) => (fake: Fake) => {
    few(fake);
    change(fake, over);
    fake.world.clients = fake.world.clients.slice(0, 1);
  };

  it("are shown as the product sent them", async () => {
    open(
      "/clients",
      only({ licence_type: "Monthly billing", spla: true, seats_used: 31, seats_total: 1200 }),
    );
    for (const name of ["Monthly billing", "Yes", "31", "1,200"]) expect(await cell(name)).toBeVisible();
  });

  it("are unknown where they were not sent, not 0 or no", async () => {
    open("/clients", only({ licence_type: null, spla: null, seats_used: null, seats_total: null }));
    await cell("Aaron Ltd");
    expect(within(await grid()).getAllByRole("gridcell", { name: "unknown" })).toHaveLength(4);
    expect(within(await grid()).queryByRole("gridcell", { name: /^(0|No)$/ })).toBeNull();
    await expectAccessible();
  });

  it.each([
    ["Licence type", "licence_type"],
    ["SPLA", "spla"],
    ["Active licences", "seats_used"],
    ["Purchased", "seats_total"],
    ["MSP", "msp_name"],
  ])("are sorted by the server: %s", async (name, sort) => {
    let filters: (ClientFilter & Sort)[] = [];
    const { user } = open("/clients", (fake) => {
      few(fake);
      filters = recordQueries(fake, "clients");
    });
    await user.click(await screen.findByRole("columnheader", { name }));
    await waitFor(() => expect(filters.at(-1)?.sort).toBe(sort));
  });

  it("show why a client is disabled", async () => {
    const { user } = open("/clients", only({ status: "disabled", status_reason: "demo" }));
    await user.click(await screen.findByText("Disabled: demo account"));
    const panel = await screen.findByRole("complementary");
    expect(await within(panel).findByText(/as not in use/)).toBeVisible();
    expect(within(panel).getByText("Disabled: demo account")).toBeVisible();
  });
});

describe("a scope without any expiry date", () => {
  it("has no column, no filter and no fact of expiry", async () => {
    const { user } = open("/clients", (fake) => {
      few(fake);
      change(fake, {});
      worlds.noExpiry(fake.world);
    });
    const first = await screen.findByText("Aaron Ltd");
    const headers = within(await grid()).getAllByRole("columnheader");
    expect(headers.map((header) => header.textContent)).not.toContain("Licence ends");
    expect(screen.queryByRole("button", { name: "Expires" })).toBeNull();
    await user.click(first);
    const panel = await screen.findByRole("complementary");
    expect(await within(panel).findByText("Added")).toBeVisible();
    expect(within(panel).queryByText("Licence ends")).toBeNull();
    await expectAccessible();
  });

  it("still lets a filter from a link be removed", async () => {
    const { user } = open("/clients?expires_on=30d", (fake) => {
      few(fake);
      worlds.noExpiry(fake.world);
    });
    await user.click(await screen.findByRole("button", { name: "Expires within 30 days" }));
    await user.click(await screen.findByRole("button", { name: "Any" }));
    await menuClosed();
    expect(await screen.findByText("5 in total")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Expires" })).toBeNull();
  });
});

describe("finding clients", () => {
  it("offers the values in the data with their counts under the other filters, and many of them", async () => {
    const { user } = open("/clients", (fake) => {
      few(fake);
      fake.world.clients = fake.world.clients.map((client, n) => ({
        ...client,
        status: n === 4 ? "missing" : "active",
        licence_type: [null, "Annual", "Monthly, joint", "annual", "Trial"][n] ?? null,
      }));
    });
    await user.click(await screen.findByRole("button", { name: "Licence type" }));
    await screen.findByRole("menuitemcheckbox", { name: "Annual: 2" });
    const items = () =>
      screen.getAllByRole("menuitemcheckbox").map((item) => item.getAttribute("aria-label"));
    expect(items()).toEqual(["Annual: 2", "Monthly, joint: 1", "Trial: 1", "none: 1", "Is not: all others"]);
    await expectAccessible();
    await user.click(screen.getByRole("menuitemcheckbox", { name: "none: 1" }));
    await user.click(screen.getByRole("menuitemcheckbox", { name: "Monthly, joint: 1" }));
    expect(screen.getByRole("menuitemcheckbox", { name: "none: 1" })).toBeChecked();
    expect(items()).toEqual(["Annual: 2", "Monthly, joint: 1", "Trial: 1", "none: 1", "Is not: all others"]);
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(await screen.findByRole("button", { name: "Licence type none or Monthly, joint" })).toBeVisible();
    expect(await screen.findByText("2 in total")).toBeVisible();
    expect(window.location.hash).toBe("#/clients?licence_type=none%2CMonthly%5C%2C+joint");
    await user.click(screen.getByRole("button", { name: "Status" }));
    expect(await screen.findByRole("menuitemcheckbox", { name: "Active: 2" })).toBeVisible();
    expect(screen.getByRole("menuitemcheckbox", { name: "Missing: 0" })).toBeVisible();
  });

  it("is filtered by what is not, by keyboard", async () => {
    const { user } = open("/clients", (fake) => {
      few(fake);
      fake.world.clients = fake.world.clients.map((client, n) => ({
        ...client,
        status: n === 4 ? "removed" : "active",
      }));
    });
    (await screen.findByRole("button", { name: "Status" })).focus();
    await user.keyboard("{Enter}");
    await screen.findByRole("menuitemcheckbox", { name: "Removed: 1" });
    await user.keyboard("{End}{Enter}");
    expect(screen.getByRole("menuitemcheckbox", { name: "Is not: all others" })).toBeChecked();
    await user.keyboard("r{Enter}{Escape}");
    await menuClosed();
    expect(await screen.findByRole("button", { name: "Status is not Removed" })).toHaveFocus();
    expect(await screen.findByText("4 in total")).toBeVisible();
    expect(window.location.hash).toBe("#/clients?status=%21removed");
  });

  it("shows that the values could not be loaded, and loads them again", async () => {
    const { user } = open("/clients", (fake) => {
      few(fake);
      const { clientFacets } = fake;
      let failing = true;
      fake.clientFacets = async (query) => {
        if (query.columns !== "products" || !failing) return clientFacets(query);
        failing = false;
        throw new Problem("not_found");
      };
    });
    await user.click(await screen.findByRole("button", { name: "Products" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The values could not be loaded.");
    await user.click(screen.getByRole("menuitem", { name: "Try again" }));
    expect(await screen.findByRole("menuitemcheckbox", { name: /^Threat Prevention: / })).toBeVisible();
  });

  it("is filtered by a part of a name, its beginning, and what is empty", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Name" }));
    const text = await screen.findByRole("textbox", { name: "Text" });
    await waitFor(() => expect(text).toHaveFocus());
    await user.keyboard("{Enter}");
    expect(screen.getByRole("alert")).toHaveTextContent("Enter a text.");
    await expectAccessible();
    await user.keyboard("a, b{Enter}");
    await menuClosed();
    expect(await screen.findByRole("button", { name: "Name contains “a, b”" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Name contains “a, b”" }));
    await user.selectOptions(await screen.findByRole("combobox", { name: "Name" }), "does not begin with");
    const again = screen.getByRole("textbox", { name: "Text" });
    await user.clear(again);
    await user.type(again, "^x{Enter}");
    expect(await screen.findByRole("button", { name: "Name does not begin with “^x”" })).toBeVisible();
    expect(window.location.hash).toBe("#/clients?name=%21%5E%5Ex");
    await user.click(screen.getByRole("button", { name: "MSP name" }));
    await user.selectOptions(await screen.findByRole("combobox", { name: "MSP name" }), "is empty");
    await user.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByRole("button", { name: "MSP name is empty" })).toBeVisible();
    expect(await screen.findByText("1 in total")).toBeVisible();
  });

  it("is filtered by days, and refuses a reversed range", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "First seen" }));
    const from = await screen.findByLabelText("From");
    fireEvent.change(from, { target: { value: "2026-12-31" } });
    fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-12-01" } });
    await user.click(screen.getByRole("button", { name: "Apply" }));
    const text = "The first day is after the last. Enter them the other way round.";
    expect(screen.getByRole("alert")).toHaveTextContent(text);
    expect(from).toHaveAccessibleDescription(text);
    await expectAccessible();
    fireEvent.change(from, { target: { value: "2026-12-01" } });
    fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-12-31" } });
    await user.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByRole("button", { name: /^First seen Dec 1.–.31, 2026$/ })).toBeVisible();
    expect(window.location.hash).toBe("#/clients?first_seen_at=2026-12-01..2026-12-31");
  });

  it("is filtered by several MSPs, and all others", async () => {
    const { user, fake } = open();
    const [one, other] = fake.world.clients.map(({ msp_id }) => msp_id).filter((id) => id !== null);
    window.location.hash = `#/clients?msp_id=${one},${other}`;
    await user.click(await screen.findByRole("button", { name: "MSP 2 MSPs" }));
    const dialog = await screen.findByRole("dialog", { name: "MSP" });
    expect(await within(dialog).findByRole("button", { name: "Remove Alpine IT Services" })).toBeVisible();
    await user.click(within(dialog).getByRole("checkbox", { name: "Is not: all others" }));
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "Remove Alpine IT Services" }));
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(window.location.hash).toBe(`#/clients?msp_id=%21${other}`);
    expect(await screen.findByRole("button", { name: "MSP is not Baltic Managed Systems" })).toBeVisible();
    expect(await screen.findByText("4 in total")).toBeVisible();
  });

  it("has no filter by type where there is one", async () => {
    open();
    await cell(/^Aldgate/);
    expect(await screen.findByRole("button", { name: "SPLA" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Type" })).toBeNull();
    const headers = within(await grid()).getAllByRole("columnheader");
    expect(headers.map((header) => header.textContent)).not.toContain("Type");
  });

  it("ignores the case of a type in a link", async () => {
    const { user } = open("/clients?type=corp");
    await user.click(await screen.findByRole("button", { name: "Type corp" }));
    expect(await screen.findByRole("menuitemcheckbox", { name: "CORP: 5" })).toBeChecked();
  });

  it("is filtered by a range of licences by keyboard, and keeps it in the address", async () => {
    let filters: (ClientFilter & Sort)[] = [];
    const { user } = open("/clients", (fake) => {
      few(fake);
      filters = recordQueries(fake, "clients");
    });
    await cell(/^Aldgate/);
    await user.click(screen.getByRole("button", { name: "Purchased" }));
    const from = await screen.findByRole("textbox", { name: "From" });
    await waitFor(() => expect(from).toHaveFocus());
    await user.keyboard("20{Tab}100{Enter}");
    await waitFor(() => expect(filters.at(-1)?.seats_total).toBe("20..100"));
    expect(await screen.findByRole("button", { name: "Purchased 20 to 100" })).toBeVisible();
    expect(window.location.hash).toBe("#/clients?seats_total=20..100");
  });

  it("offers the reason only for disabled clients", async () => {
    const { user } = open("/clients?status=disabled&status_reason=demo");
    expect(await screen.findByRole("button", { name: "Reason demo account" })).toBeVisible();
    expect(
      await screen.findByText("Nothing here matches Status Disabled and Reason demo account."),
    ).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Status Disabled" }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: /^Missing/ }));
    expect(window.location.hash).toBe("#/clients?status=disabled%2Cmissing&status_reason=demo");
    await user.click(await screen.findByRole("menuitemcheckbox", { name: /^Disabled/ }));
    await user.keyboard("{Escape}");
    await menuClosed();
    await waitFor(() => expect(window.location.hash).toBe("#/clients?status=missing"));
    expect(screen.queryByRole("button", { name: /^Reason/ })).toBeNull();
  });

  it("searches on the server once the typing pauses", async () => {
    let filters: (ClientFilter & Sort)[] = [];
    const { user } = open("/clients", (fake) => {
      few(fake);
      filters = recordQueries(fake, "clients");
    });
    await user.type(await screen.findByRole("searchbox", { name: "Search clients" }), "birch");
    await waitFor(() => expect(filters.at(-1)?.q).toBe("birch"));
    expect(filters.map(({ q }) => q)).not.toContain("bir");
    expect(window.location.hash).toContain("q=birch");
  });

  it("takes its filters from a link and shows them as a sentence", async () => {
    let filters: (ClientFilter & Sort)[] = [];
    open("/clients?expires_on=30d&sort=expires_on&status=active", (fake) => {
      few(fake);
      filters = recordQueries(fake, "clients");
    });
    expect(await screen.findByRole("button", { name: "Expires within 30 days" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Status Active" })).toBeVisible();
    expect(filters.at(-1)).toMatchObject({ expires_on: "30d", sort: "expires_on", status: "active" });
  });

  it("shows what has expired, and apart from it what will within 30, 60 or 90 days", async () => {
    const { user } = open("/clients", (fake) => {
      few(fake);
      const days = [-400, -1, 0, 30, 31];
      fake.world.clients = fake.world.clients.map((client, n) => ({
        ...client,
        status: "active",
        expires_on: dayFromNow(days[n] ?? 0),
      }));
    });
    await user.click(await screen.findByRole("button", { name: "Expires" }));
    const expires = () => screen.getByRole("combobox", { name: "Expires" });
    await waitFor(() => expect(expires()).toHaveFocus());
    expect(
      within(expires())
        .getAllByRole("option")
        .map((option) => option.textContent),
    ).toEqual([
      "between two days",
      "Expired",
      "within 30 days",
      "within 60 days",
      "within 90 days",
      "never or unknown",
    ]);
    await user.selectOptions(expires(), "Expired");
    await user.click(screen.getByRole("button", { name: "Apply" }));
    await menuClosed();
    expect(await screen.findByText("2 in total")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Expired" }));
    await user.selectOptions(await screen.findByRole("combobox", { name: "Expires" }), "within 30 days");
    await user.click(screen.getByRole("button", { name: "Apply" }));
    await menuClosed();
    expect(await screen.findByRole("button", { name: "Expires within 30 days" })).toBeVisible();
    expect(await screen.findByText("2 in total")).toBeVisible();
    expect(within(await grid()).queryByRole("gridcell", { name: /^ended/ })).toBeNull();
  });

  it("names the MSP of a link, and removes it", async () => {
    const { user } = open(`/clients?msp_id=${users.mspUser.grants[0]?.scope.msp_id}`);
    const chip = await screen.findByRole("button", { name: "MSP Alpine IT Services" });
    expect(await screen.findByText("1 in total")).toBeVisible();
    await user.click(chip);
    await user.click(await screen.findByRole("button", { name: "Any" }));
    expect(await screen.findByText("5 in total")).toBeVisible();
    expect(window.location.hash).toBe("#/clients");
  });

  it("finds the clients directly under the MSSP", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "MSP" }));
    const dialog = await screen.findByRole("dialog", { name: "MSP" });
    await user.click(within(dialog).getByRole("button", { name: "Directly under the MSSP" }));
    expect(await screen.findByText("1 in total")).toBeVisible();
    expect(await screen.findByRole("button", { name: "MSP Directly under the MSSP" })).toBeVisible();
    expect(window.location.hash).toBe("#/clients?msp_id=none");
  });

  it("is filtered by an MSP that is found by typing", async () => {
    const { user, fake } = open("/clients?status=active", () => undefined);
    await user.click(await screen.findByRole("button", { name: "MSP" }));
    const field = await screen.findByRole("combobox", { name: "MSP" });
    await waitFor(() => expect(field).toHaveFocus());
    await user.keyboard("kestrel");
    await user.click(await screen.findByRole("option", { name: "Kestrel Managed IT" }));
    expect(await screen.findByRole("button", { name: "MSP Kestrel Managed IT" })).toBeVisible();
    const { id, clients } = fake.world.msps.find(({ name }) => name === "Kestrel Managed IT") as MSP;
    expect(await screen.findByText(`${clients} in total`)).toBeVisible();
    expect(window.location.hash).toBe(`#/clients?status=active&msp_id=${id}`);
  });

  it("is filtered by a click on an MSP, which opens no client", async () => {
    const { user, fake } = open();
    const { id, name } = fake.world.msps[1] as MSP;
    await user.click(await screen.findByText(name));
    expect(await screen.findByText("1 in total")).toBeVisible();
    expect(window.location.hash).toBe(`#/clients?msp_id=${id}`);
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  it("ignores invalid values in the address", async () => {
    let filters: (ClientFilter & Sort)[] = [];
    open("/clients?status=odd&sort=secret&expires_on=-3d&msp_id=1&spla=maybe&seats_used=9..1", (fake) => {
      few(fake);
      filters = recordQueries(fake, "clients");
    });
    await cell(/./);
    expect(filters[0]).toEqual({ cursor: "", limit: 100 });
  });

  it("shows the filter when nothing matches, and clears it", async () => {
    const { user } = open("/clients?q=zebra&status=missing");
    expect(await screen.findByText("Nothing here matches “zebra” and Status Missing.")).toBeVisible();
    await user.click(screen.getAllByRole("button", { name: "Clear filters" })[0] as HTMLElement);
    expect(await screen.findByText("5 in total")).toBeVisible();
  });

  it("does not count rows of the previous filter while the new ones load", async () => {
    const { user, fake } = open();
    await screen.findByText("5 in total");
    let respond: () => void = () => undefined;
    const { clients } = fake;
    fake.clients = async (query) => {
      await new Promise<void>((resolve) => {
        respond = resolve;
      });
      return clients(query);
    };
    await user.click(screen.getByRole("button", { name: "Status" }));
    await user.click(await screen.findByRole("menuitemcheckbox", { name: /^Missing/ }));
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(await screen.findByText("Updating", { selector: "[role=status]" })).toBeVisible();
    expect(screen.queryByText("5 in total")).toBeNull();
    expect(await screen.findByRole("progressbar", { name: "Updating" })).toBeVisible();
    respond();
    await waitFor(() => expect(screen.queryByText("Updating")).toBeNull());
  });

  it("is sorted by the server", async () => {
    let filters: (ClientFilter & Sort)[] = [];
    const { user } = open("/clients", (fake) => {
      few(fake);
      filters = recordQueries(fake, "clients");
    });
    await user.click(await screen.findByRole("columnheader", { name: "Licence ends" }));
    await waitFor(() => expect(filters.at(-1)?.sort).toBe("expires_on"));
  });
});

describe("one client beside the list", () => {
  it("opens with facts, history and sent fields, and closes with Escape", async () => {
    const { user, fake } = open();
    const first = fake.world.clients[0] as Client;
    await user.click(await cell(first.name));
    const panel = await screen.findByRole("complementary", { name: first.name });
    expect(await within(panel).findByText("Added")).toBeVisible();
    expect(within(panel).getByText("supportTier")).toBeInTheDocument();
    expect(within(panel).getByRole("link", { name: first.msp_name ?? "" })).toHaveAttribute(
      "href",
      `#/msps/${first.msp_id}`,
    );
    expect(window.location.hash).toContain(first.id);
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
    expect(window.location.hash).toBe("#/clients");
  });

  it("names who started or accepted the sync that changed it", async () => {
    const { fake } = renderApp({ signedIn: users.admin, prepare: ({ world }) => syncStates.decided(world) });
    window.location.hash = `/clients/${fake.world.clients[0]?.id}`;
    const line = (await screen.findByText("Licences purchased changed from 40 to 60"))
      .parentElement as HTMLElement;
    expect(line).toHaveTextContent("started or accepted by Ada Lindqvist");
    expect((await screen.findByText("Added")).parentElement).not.toHaveTextContent("accepted by");
  });

  it("opens from a link although the list lacks its row", async () => {
    const { fake } = renderApp({ signedIn: users.admin });
    const last = fake.world.clients.at(-1) as Client;
    window.location.hash = `/clients/${last.id}`;
    expect(await screen.findByRole("complementary", { name: last.name })).toBeVisible();
  });

  it("keeps the filter when it opens and closes", async () => {
    const { user } = open("/clients?q=aldgate");
    await user.click(await cell(/^Aldgate/));
    await screen.findByRole("complementary");
    expect(window.location.hash).toContain("?q=aldgate");
    await user.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(window.location.hash).toBe("#/clients?q=aldgate"));
  });

  it("warns that a missing client shows what was known before", async () => {
    open(`/clients/${users.clientUser.grants[0]?.scope.client_id}`, (fake) => {
      few(fake);
      change(fake, { status: "missing" });
    });
    expect(await screen.findByText(/The last complete sync did not list this client/)).toBeVisible();
  });

  it("is the only panel for the client's own users", async () => {
    open("/clients", () => undefined, "clientUser");
    const panel = await screen.findByRole("complementary", { name: "Aldgate Bakery Ltd" });
    expect(await within(panel).findByText("supportTier")).toBeInTheDocument();
    expect(screen.queryByRole("grid")).toBeNull();
    expect(screen.queryByRole("button", { name: "Close" })).toBeNull();
    await expectAccessible();
  });

  it("shows when it does not exist or is out of scope", async () => {
    open("/clients/0195a000-0000-7000-9000-999999999999");
    expect(await screen.findByText("Not found")).toBeVisible();
  });
});

describe("where there is nothing to list", () => {
  it("explains the empty list and links to the syncs", async () => {
    open("/clients", (fake) => {
      fake.world.clients = [];
    });
    expect(await screen.findByText("No clients yet")).toBeVisible();
    expect(screen.getByRole("link", { name: "Open Products & sync" })).toHaveAttribute("href", "#/syncs");
    await expectAccessible();
  });

  it("offers an MSP's user to refetch", async () => {
    open(
      "/clients",
      (fake) => {
        fake.world.clients = [];
      },
      "mspUser",
    );
    expect(await screen.findByText(/Clients of Alpine IT Services appear here/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Look again" })).toBeVisible();
  });

  it("shows why the list could not be loaded, and retries", async () => {
    const { user } = open("/clients", (fake) => {
      few(fake);
      fake.fail("clients", new Problem("internal", { requestId: "req-1" }), 1);
    });
    expect(await screen.findByText("Something went wrong")).toBeVisible();
    expect(screen.getByText("Request id: req-1")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("5 in total")).toBeVisible();
  });

  it("shows that the role does not include it", async () => {
    open("/clients", (fake) => fake.fail("clients", new Problem("forbidden")));
    expect(await screen.findByText("Your role does not include this")).toBeVisible();
  });
});
