import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { createFake, type Fake, users } from "../bridge/fake";
import type { Client, ClientFilter, Grouping, Sort } from "../bridge/models";
import { recordQueries } from "../test/calls";
import { expectAccessible, renderApp } from "../test/render";
import { rowsOf } from "./groups";

/** Two clients of one MSP, one of another, one directly under the MSSP. */
const few = ({ world }: Fake) => {
  const [one, two, three, four] = world.clients as [Client, Client, Client, Client];
  const [first, second] = world.msps;
  const facts = { status: "active" as const, status_reason: null, seats_total: 5 };
  const under = (msp: typeof first) => ({ msp_id: msp?.id ?? null, msp_name: msp?.name ?? null });
  world.clients = [
    { ...one, ...facts, ...under(second), name: "Corner Ltd", seats_used: 1 },
    { ...two, ...facts, ...under(first), name: "Dale Ltd", seats_used: 7 },
    { ...three, ...facts, ...under(undefined), name: "Alone Ltd", seats_used: null },
    { ...four, ...facts, ...under(first), name: "Bank Ltd", seats_used: 2 },
  ];
};

const open = (path: string, who: keyof typeof users = "admin", prepare = few) =>
  renderApp({ signedIn: users[who], path, prepare });
const names = async () => {
  const grid = within(await screen.findByRole("grid", { name: "Clients" }));
  await grid.findAllByRole("gridcell");
  return grid
    .getAllByRole("row")
    .slice(1)
    .map((row) => row.querySelector("[data-field=name]")?.textContent);
};

describe("clients grouped by MSP", () => {
  it("follow their MSP and its subtotals, those without one last", async () => {
    const { fake } = open("/clients?group=msp");
    await screen.findByText("Bank Ltd");
    const [first, second] = fake.world.msps.map(({ name }) => name);
    expect(await names()).toEqual([
      `${first} · 2 clients · 1 over its licences`,
      "Bank Ltd",
      "Dale Ltd",
      `${second} · 1 client`,
      "Corner Ltd",
      "Directly under the MSSP · 1 client",
      "Alone Ltd",
    ]);
    const header = screen.getByText(first as string).closest("[role=row]") as HTMLElement;
    expect(within(header).getByText("9")).toBeVisible();
    expect(within(header).getByText("10")).toBeVisible();
    expect(screen.getByText("4 in total")).toBeVisible();
    expect(screen.queryByRole("columnheader", { name: "MSP" })).toBeNull();
    await expectAccessible();
  });

  it("are switched on and off, kept in the address, and requested from the server", async () => {
    let queries: (ClientFilter & Sort & Grouping)[] = [];
    const { user } = open("/clients?status=active&sort=msp_name,-seats_used,name", "admin", (fake) => {
      few(fake);
      queries = recordQueries(fake, "clients");
    });
    await screen.findByText("Bank Ltd");
    await user.click(screen.getByRole("switch", { name: "Group by MSP" }));
    await waitFor(() => expect(queries.at(-1)).toMatchObject({ group: "msp", sort: "-seats_used,name" }));
    expect(window.location.hash).toContain("group=msp");
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(window.location.hash).not.toContain("status"));
    expect(window.location.hash).toContain("group=msp");
    await user.click(screen.getByRole("switch", { name: "Group by MSP" }));
    await waitFor(() => expect(queries.at(-1)?.group).toBeUndefined());
    expect(await screen.findByRole("columnheader", { name: /^MSP/ })).toBeVisible();
  });

  it("are not offered to who sees one MSP only", async () => {
    open("/clients?group=msp", "mspUser");
    await screen.findByText("Bank Ltd");
    expect(screen.queryByRole("switch", { name: "Group by MSP" })).toBeNull();
    expect(screen.queryByText(/· 2 clients/)).toBeNull();
  });

  it("open a client, but no header", async () => {
    const { user } = open("/clients?group=msp");
    await user.click(await screen.findByText("Directly under the MSSP"));
    expect(screen.queryByRole("complementary")).toBeNull();
    await user.click(screen.getByText("Alone Ltd"));
    expect(await screen.findByRole("complementary", { name: "Alone Ltd" })).toBeVisible();
  });

  it("have one header where a group goes on on the next page", async () => {
    const fake = createFake({ signedIn: users.admin });
    await fake.resume();
    few(fake);
    const query = { group: "msp" as const, limit: 1 };
    const pages = [
      await fake.clients({ ...query, cursor: "" }),
      await fake.clients({ ...query, cursor: "1" }),
    ];
    const rows = rowsOf(
      pages.flatMap(({ items }) => items),
      pages.flatMap(({ groups }) => groups ?? []),
    );
    expect(rows.map(({ kind }) => kind)).toEqual(["group", "client", "client"]);
  });
});
