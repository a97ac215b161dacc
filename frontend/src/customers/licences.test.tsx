import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import type { ClientDetail } from "../bridge/models";
import { formatDate } from "../i18n/format";
import { expectAccessible, renderApp } from "../test/render";

/** Opens the panel of a client whose details are changed. */
async function openClient(change: Partial<ClientDetail>) {
  const app = renderApp({
    signedIn: users.admin,
    prepare: (fake: Fake) => {
      fake.world.clients = fake.world.clients.slice(0, 3);
      const read = fake.client;
      fake.client = async (id) => ({ ...(await read(id)), ...change });
      window.location.hash = `/clients/${fake.world.clients[0]?.id}`;
    },
    path: "/",
  });
  const panel = await screen.findByRole("complementary");
  await within(panel).findByRole("region", { name: "History" });
  return { ...app, panel: within(panel) };
}

const span = (from: string, until: string | null, used: number | null) =>
  ({ from, until, status: "active", seats_used: used, seats_total: used }) as const;

/** A day of 2026 as the user's locale writes it. */
const day = (of: number, month: number) => formatDate(new Date(2026, month - 1, of));

describe("licences over time", () => {
  it("are a chart with a table for assistive technology, which a button shows to all", async () => {
    const licences = [
      span("2026-10-05T08:00:00Z", null, 12),
      span("2026-09-01T08:00:00Z", "2026-10-05T08:00:00Z", 8),
    ];
    const { panel, user } = await openClient({ licences });
    const section = within(panel.getByRole("region", { name: "Licences over time" }));
    const rows = () => section.getAllByRole("row").map((row) => row.textContent);
    expect(rows().slice(2)).toEqual([`${day(5, 10)}1212`, `${day(1, 9)}88`]);
    await user.click(section.getByRole("button", { name: "Show numbers" }));
    expect(section.getByRole("region", { name: new RegExp(`^Licences, ${day(1, 9)} to `) })).toBeVisible();
    expect(section.getByRole("button", { name: "Show chart" })).toBeVisible();
    await expectAccessible();
  });

  it("are one sentence where they have not changed", async () => {
    const { panel } = await openClient({ licences: [span("2026-09-01T08:00:00Z", null, 8)] });
    const section = within(panel.getByRole("region", { name: "Licences over time" }));
    expect(section.getByText(`Unchanged since ${day(1, 9)}.`)).toBeVisible();
    expect(section.queryByRole("button")).toBeNull();
  });

  it("are left out where the product has sent none", async () => {
    const { panel } = await openClient({ licences: [span("2026-09-01T08:00:00Z", null, null)] });
    expect(panel.queryByRole("region", { name: "Licences over time" })).toBeNull();
  });
});
