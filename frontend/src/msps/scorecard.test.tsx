import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { createFake, type Fake, users } from "../bridge/fake";
import type { ClientFilter, MSP, MSPFilter, Sort } from "../bridge/models";
import { type CountName, mspCounts } from "../bridge/mspCounts";
import { recordQueries } from "../test/calls";
import { expectAccessible, renderApp } from "../test/render";

const figures: Partial<MSP> = {
  clients: 7,
  growth: -3,
  expiring_30: 1,
  expiring_90: 2,
  expired: 4,
  exceeded: 5,
  disabled: 6,
  missing: 8,
};

const open = (
  path: string,
  who: keyof typeof users = "admin",
  prepare: (fake: Fake) => void = () => undefined,
) =>
  renderApp({
    signedIn: users[who],
    path,
    prepare: (fake) => {
      fake.world.msps = fake.world.msps.slice(0, 1).map((msp) => ({ ...msp, ...figures }));
      prepare(fake);
    },
  });

const panelOf = async (fake: Fake) => {
  const name = fake.world.msps[0]?.name as string;
  return within(await screen.findByRole("complementary", { name }));
};

describe("the scorecard of an MSP", () => {
  it("has counts that are the totals of their lists", async () => {
    const fake = createFake({ signedIn: users.admin });
    await fake.resume();
    for (const msp of fake.world.msps) {
      for (const [name, filter] of Object.entries(mspCounts) as [CountName, ClientFilter][]) {
        const { total } = await fake.clients({ ...filter, msp_id: msp.id, cursor: "", limit: 1 });
        expect({ [`${name} of ${msp.name}`]: total }).toEqual({ [`${name} of ${msp.name}`]: msp[name] });
      }
    }
  });

  it("links each figure of the panel to its list", async () => {
    const { fake } = open("/msps/0195a000-0000-7000-8100-000000000001");
    const panel = await panelOf(fake);
    const of = "msp_id=0195a000-0000-7000-8100-000000000001";
    const hrefOf = (name: RegExp) => panel.getByRole("link", { name }).getAttribute("href");
    await panel.findByRole("link", { name: /7 active clients/ });
    expect(hrefOf(/7 active clients of/)).toBe(`#/clients?${of}&status=active`);
    expect(hrefOf(/^-3 clients: show what changed/)).toBe(`#/changes?since=30d&${of}`);
    expect(hrefOf(/1 client of .* ends within 30 days/)).toBe(
      `#/clients?${of}&expires_on=30d&sort=expires_on`,
    );
    expect(hrefOf(/2 clients of .* within 90 days/)).toBe(`#/clients?${of}&expires_on=90d&sort=expires_on`);
    expect(hrefOf(/4 clients of .* have expired/)).toBe(
      `#/clients?${of}&expires_on=expired&sort=-expires_on`,
    );
    expect(hrefOf(/5 clients of .* over/)).toBe(
      `#/clients?${of}&status=active&seats_exceeded=yes&sort=-seats_over`,
    );
    expect(hrefOf(/6 disabled clients/)).toBe(`#/clients?${of}&status=disabled`);
    expect(hrefOf(/8 missing clients/)).toBe(`#/clients?${of}&status=missing`);
    await expectAccessible();
  });

  it("links to the own clients of an MSP's users without naming the MSP", async () => {
    const { fake } = open("/msps/0195a000-0000-7000-8100-000000000001", "mspUser");
    const link = await (await panelOf(fake)).findByRole("link", { name: /8 missing clients/ });
    expect(link).toHaveAttribute("href", "#/clients?status=missing");
  });

  it("is shown, sorted and filtered in the list", async () => {
    let queries: (MSPFilter & Sort)[] = [];
    const { user } = open("/msps?growth=..-1&missing=8", "admin", (fake) => {
      queries = recordQueries(fake, "msps");
    });
    const grid = within(await screen.findByRole("grid", { name: "MSPs" }));
    expect(await grid.findByText("-3")).toBeVisible();
    expect(screen.getByRole("button", { name: "30-day growth up to -1" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Missing clients 8" })).toBeVisible();
    expect(queries.at(-1)).toMatchObject({ growth: "..-1", missing: "8" });
    await user.click(grid.getByRole("columnheader", { name: "30-day growth" }));
    await waitFor(() => expect(queries.at(-1)?.sort).toBe("growth"));
    await expectAccessible();
  });

  it("shows an unknown growth as unknown", async () => {
    const { fake } = open("/msps/0195a000-0000-7000-8100-000000000001", "admin", ({ world }) => {
      world.msps = world.msps.map((msp) => ({ ...msp, growth: null }));
    });
    const panel = await panelOf(fake);
    expect((await panel.findByText("Net growth in 30 days")).nextSibling).toHaveTextContent("–");
  });
});
