import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { countCalls } from "../test/calls";
import { expectAccessible, goTo, renderApp } from "../test/render";

const grantId = users.admin.grants[0]?.id ?? "";

async function openClient(prepare?: (fake: Fake) => void) {
  let id = "";
  let name = "";
  const app = renderApp({
    signedIn: users.admin,
    path: "/clients",
    prepare: (fake) => {
      ({ id, name } = fake.world.clients[3] ?? { id, name });
      prepare?.(fake);
    },
  });
  await screen.findByRole("heading", { level: 1, name: "Clients" });
  goTo(`/clients/${id}`);
  const panel = await screen.findByRole("complementary", { name });
  return { ...app, id, name, panel };
}

describe("the star of a panel", () => {
  it("marks a client and removes the mark", async () => {
    const { user, fake, id, name, panel } = await openClient();
    await user.click(await within(panel).findByRole("button", { name: `Add ${name} to favourites` }));
    const on = await within(panel).findByRole("button", { name: `Remove ${name} from favourites` });
    expect(on).toHaveAttribute("aria-pressed", "true");
    expect(fake.world.favourites.get(grantId)).toMatchObject([{ kind: "client", id }]);
    await expectAccessible();
    await user.click(on);
    expect(await within(panel).findByRole("button", { name: `Add ${name} to favourites` })).toBeVisible();
    expect(fake.world.favourites.get(grantId)).toEqual([]);
  });

  it("marks an MSP", async () => {
    const { user, fake } = renderApp({ signedIn: users.admin, path: "/msps" });
    const { id, name } = fake.world.msps[0] ?? { id: "", name: "" };
    await screen.findByRole("heading", { level: 1, name: "MSPs" });
    goTo(`/msps/${id}`);
    await user.click(await screen.findByRole("button", { name: `Add ${name} to favourites` }));
    await waitFor(() => expect(fake.world.favourites.get(grantId)).toMatchObject([{ kind: "msp", id }]));
  });

  it("says why it could not be marked", async () => {
    const most = new Problem("conflict", { message: "You have 200 favourites, which is the most." });
    const { user, name } = await openClient((fake) => fake.fail("setFavourite", most));
    await user.click(await screen.findByRole("button", { name: `Add ${name} to favourites` }));
    expect(await screen.findByText("You have 200 favourites, which is the most.")).toBeVisible();
    expect(screen.getByRole("button", { name: `Add ${name} to favourites` })).toBeVisible();
  });

  it("is not shown while favourites cannot be loaded", async () => {
    const { fake } = await openClient((fake) => fake.fail("favourites", new Problem("internal")));
    await waitFor(() => expect(fake.calls).toContain("favourites"));
    expect(screen.queryByRole("button", { name: /favourites$/ })).toBeNull();
  });
});

describe("the overview", () => {
  it("lists the favourites, as far as they are in the scope", async () => {
    const { world } = renderApp({
      signedIn: users.admin,
      path: "/overview",
      prepare: ({ world }) => {
        const links = world.clients.slice(0, 9).map(({ id }) => ({ kind: "client" as const, id, at: "" }));
        world.favourites.set(grantId, [...links, { kind: "client", id: "gone", at: "" }]);
      },
    }).fake;
    const list = await screen.findByRole("region", { name: "Favourites" });
    expect(within(list).getAllByRole("link")).toHaveLength(8);
    expect(within(list).getByText("and 1 more")).toBeVisible();
    const first = world.clients.slice(0, 9).toSorted((a, b) => a.name.localeCompare(b.name))[0];
    expect(within(list).getByRole("link", { name: first?.name ?? "" })).toHaveAttribute(
      "href",
      `#/clients/${first?.id}`,
    );
    await expectAccessible();
  });

  it("says nothing of favourites where there are none", async () => {
    const { fake } = renderApp({ signedIn: users.admin, path: "/overview" });
    await waitFor(() => expect(fake.calls).toContain("favourites"));
    await screen.findByRole("heading", { level: 1, name: "Overview" });
    expect(screen.queryByRole("region", { name: "Favourites" })).toBeNull();
  });
});

describe("what was opened last", () => {
  it("is saved once a panel is looked at, and not for one that is passed over", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      const { fake, id } = await openClient();
      const other = fake.world.clients[4]?.id ?? "";
      goTo(`/clients/${other}`);
      await screen.findByRole("complementary", { name: fake.world.clients[4]?.name ?? "" });
      await vi.advanceTimersByTimeAsync(1_500);
      await waitFor(() =>
        expect(fake.world.recents.get(grantId)).toMatchObject([{ kind: "client", id: other }]),
      );
      expect(fake.world.recents.get(grantId)?.some((one) => one.id === id)).toBe(false);
      expect(countCalls(fake, "saveRecent")).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
