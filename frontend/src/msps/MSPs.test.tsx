import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, people } from "../bridge/fake";
import type { MSP, MSPFilter, Sort } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";

const few = (fake: Fake) => {
  fake.world.msps = fake.world.msps.slice(0, 4);
};
const open = (path = "/msps", prepare: (fake: Fake) => void = few, who: keyof typeof people = "admin") =>
  renderApp({ signedIn: people[who], path, prepare });
const grid = () => screen.findByRole("grid", { name: "MSPs" });
const cell = async (name: string | RegExp) =>
  (await within(await grid()).findAllByRole("gridcell", { name }))[0] as HTMLElement;

/** Every filter the list asked Go for. */
function asked(fake: Fake): (MSPFilter & Sort)[] {
  const filters: (MSPFilter & Sort)[] = [];
  const { msps } = fake;
  fake.msps = (query) => {
    filters.push(query);
    return msps(query);
  };
  return filters;
}

describe("the list of MSPs", () => {
  it("shows what is known of each, the total and the age of the data", async () => {
    const { fake } = open();
    const first = fake.world.msps[0] as MSP;
    expect(await cell(first.name)).toBeVisible();
    expect(await cell(String(first.clients))).toBeVisible();
    const headers = within(await grid()).getAllByRole("columnheader");
    expect(headers.map((header) => header.textContent)).toEqual([
      "Name",
      "Clients",
      "Seats used / total",
      "Earliest licence end",
      "Status",
      "Last seen",
    ]);
    expect(screen.getByText("4 in total")).toBeVisible();
    await expectAccessible();
  });

  it("lets the server search, filter and sort, and keeps it all in the address", async () => {
    let filters: (MSPFilter & Sort)[] = [];
    const { user } = open("/msps", (fake) => {
      few(fake);
      filters = asked(fake);
    });
    await user.type(await screen.findByRole("searchbox", { name: "Search MSPs" }), "ba");
    await waitFor(() => expect(filters.at(-1)?.q).toBe("ba"));
    await user.click(screen.getByRole("columnheader", { name: "Clients" }));
    await waitFor(() => expect(filters.at(-1)).toMatchObject({ q: "ba", sort: "clients" }));
    expect(window.location.hash).toBe("#/msps?q=ba&sort=clients");
  });

  it("goes back to the filter before", async () => {
    const { user } = open();
    await user.click(await screen.findByRole("button", { name: "Status" }));
    await user.click(screen.getByRole("menuitem", { name: "Missing" }));
    expect(await screen.findByText("Nothing here matches Status Missing.")).toBeVisible();
    window.history.back();
    expect(await screen.findByText("4 in total")).toBeVisible();
  });
});

describe("one MSP beside the list", () => {
  it("shows facts, history and what the product sent, and leads to its clients", async () => {
    const { user, fake } = open();
    const first = fake.world.msps[0] as MSP;
    await user.click(await cell(first.name));
    const panel = await screen.findByRole("complementary", { name: first.name });
    expect(panel).toHaveFocus();
    expect(await within(panel).findByText("Added")).toBeVisible();
    expect(within(panel).getByText("supportTier")).toBeVisible();
    expect(within(panel).getByRole("link", { name: `Show its ${first.clients} clients` })).toHaveAttribute(
      "href",
      `#/clients?msp_id=${first.id}&status=active`,
    );
    await expectAccessible();
  });

  it("opens with Enter, and gives the focus back to its row when Escape closes it", async () => {
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

  it("stands alone for the MSP's own people", async () => {
    open("/msps", few, "mspUser");
    const panel = await screen.findByRole("complementary", { name: "Alpine IT Services" });
    expect(await within(panel).findByRole("link", { name: /^Show its/ })).toBeVisible();
    expect(screen.queryByRole("grid")).toBeNull();
  });

  it("offers no clients where there are none", async () => {
    const { fake } = open("/msps", (fake) => {
      few(fake);
      fake.world.msps[0] = { ...(fake.world.msps[0] as MSP), clients: 0 };
    });
    window.location.hash = `/msps/${(fake.world.msps[0] as MSP).id}`;
    const panel = await screen.findByRole("complementary");
    expect(await within(panel).findByText("Added")).toBeVisible();
    expect(within(panel).queryByRole("link", { name: /client/i })).toBeNull();
  });

  it("says why it could not be loaded while the list stays, and tries again", async () => {
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
  it("says what would be here and leads to the syncs", async () => {
    open("/msps", (fake) => {
      fake.world.msps = [];
    });
    expect(await screen.findByText("No MSPs yet")).toBeVisible();
    expect(screen.getByRole("link", { name: "Open Products & sync" })).toHaveAttribute("href", "#/syncs");
  });

  it("says what was looked for when nothing matches", async () => {
    open("/msps?q=zebra");
    expect(await screen.findByText("Nothing here matches “zebra”.")).toBeVisible();
  });

  it("says why the list could not be loaded", async () => {
    open("/msps", (fake) => fake.fail("msps", new Problem("offline")));
    expect(await screen.findByText("The portal cannot be reached")).toBeVisible();
    await expectAccessible();
  });

  it("is refused to a client's user", async () => {
    open("/msps", few, "clientUser");
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
  });
});
