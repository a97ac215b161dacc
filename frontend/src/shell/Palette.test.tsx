import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";
import { matches } from "./hits";

async function open(who: keyof typeof users = "admin", prepare?: (fake: Fake) => void) {
  const app = renderApp({ signedIn: users[who], path: "/settings", ...(prepare && { prepare }) });
  await screen.findByRole("heading", { level: 1, name: "Settings" });
  await app.user.keyboard("{Control>}k{/Control}");
  await screen.findByRole("combobox", { name: "Search and commands" });
  return app;
}
const option = (name: string | RegExp) => screen.findByRole("option", { name });
const names = () => screen.queryAllByRole("option").map((line) => line.textContent);

describe("actions in the palette", () => {
  it("open the form of an invite", async () => {
    const { user } = await open();
    await user.keyboard("invite");
    await user.click(await option("Invite MSP user"));
    expect(await screen.findByRole("dialog", { name: "Invite MSP user" })).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(window.location.hash).toBe("#/admin");
  });

  it("start a sync and show it", async () => {
    const { user, fake } = await open();
    await user.keyboard("sync now");
    await user.click(await option("Sync now"));
    await waitFor(() => expect(window.location.hash).toMatch(/^#\/syncs\/./));
    expect(fake.calls).toContain("startSync");
  });

  it("say why no sync was started", async () => {
    const { user } = await open("admin", (fake) => fake.fail("startSync", new Problem("sync_running")));
    await user.keyboard("sync now");
    await user.click(await option("Sync now"));
    expect(await screen.findByText(/^A sync of this product is already under way/)).toBeVisible();
    expect(window.location.hash).toBe("#/settings");
  });

  it("list the clients that expire next", async () => {
    const { user } = await open();
    await user.keyboard("expiring{Enter}");
    await waitFor(() => expect(window.location.hash).toMatch(/^#\/clients\?expires/));
  });

  it("list the clients whose licences have expired", async () => {
    const { user } = await open();
    await user.keyboard("expired");
    await user.click(await option("Clients with expired licences"));
    await waitFor(() => expect(window.location.hash).toMatch(/^#\/clients\?expires_on=expired/));
  });

  it("switch to another role of the user", async () => {
    const { user } = await open("severalGrants");
    await user.keyboard("switch");
    const roles = await screen.findAllByRole("option", { name: /^Switch to / });
    expect(roles).toHaveLength(2);
    await user.click(roles[0] as HTMLElement);
    await waitFor(() => expect(window.location.hash).toBe("#/overview"));
    expect(await screen.findByRole("button", { name: /^Switch scope, now Alpine/ })).toBeVisible();
  });

  it("open the changes since yesterday", async () => {
    const { user } = await open();
    await user.keyboard("yesterday");
    await option("Changes since yesterday");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(window.location.hash).toBe("#/changes?since=1d"));
  });

  it("open the MSPs with clients over their licences, the most first", async () => {
    const { user } = await open();
    await user.keyboard("msps over licences");
    await option("MSPs with clients over their licences");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(window.location.hash).toBe("#/msps?exceeded=1..&sort=-exceeded"));
    expect(await screen.findByRole("grid", { name: "MSPs" })).toBeVisible();
  });

  it("open the export of a list, once", async () => {
    const { user } = await open();
    await user.keyboard("export");
    await user.click(await option("Export MSPs"));
    const dialog = await screen.findByRole("dialog", { name: "Export MSPs" });
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(window.location.hash).toBe("#/msps");
    expect(window.history.state?.usr ?? null).toBeNull();
  });

  it("are those that the role permits", async () => {
    await open("mspUser");
    await option("Clients expiring within 30 days");
    expect(names()).not.toContain("Invite user");
    expect(names()).not.toContain("Sync now");
  });

  it("have the names of the screens", async () => {
    const { user } = await open();
    await user.keyboard("product");
    await user.click(await option("Go to Products & sync"));
    expect(await screen.findByRole("heading", { level: 1, name: "Products & sync" })).toBeVisible();
  });
});

describe("what the palette finds", () => {
  it("includes users for those who manage them", async () => {
    const { user } = await open();
    await user.keyboard("tom brandt");
    await user.click(await option(/^Tom Brandt/));
    await screen.findByRole("complementary", { name: "Tom Brandt" });
    expect(window.location.hash).toBe(`#/admin/users/${users.mspUser.user.id}`);
  });

  it("includes no users for others", async () => {
    const { user, fake } = await open("staff");
    await user.keyboard("tom brandt");
    await screen.findByText("Nothing matches tom brandt.");
    expect(fake.calls).not.toContain("users");
  });

  it("can be shown whole in its list", async () => {
    const { user } = await open();
    await user.keyboard("a");
    const all = await option(/^Show all [\d,]+ in Clients$/);
    await expectAccessible();
    await user.click(all);
    await waitFor(() => expect(window.location.hash).toBe("#/clients?q=a"));
  });

  it("marks what was typed, and says why a hit was found", async () => {
    const { user, fake } = await open();
    const { name, msp_name } = fake.world.clients[5] ?? {};
    await user.keyboard("foxglo");
    const line = await option(new RegExp(`^${name}`));
    expect(line).toHaveTextContent(`${name}formerly Foxglove Bakers Ltd · ${msp_name}`);
    expect(line.querySelector("mark")).toHaveTextContent("Foxglo");
    await user.clear(screen.getByRole("combobox"));
    await user.keyboard("4005");
    expect(await option(/id 4005/)).toHaveTextContent(`${name}id 4005 · ${msp_name}`);
  });

  it("lists similar names below the commands", async () => {
    const { user, fake } = await open();
    const { name } = fake.world.clients[0] ?? {};
    await user.keyboard("aldgaet bakery");
    const similar = await screen.findAllByRole("option", { name: new RegExp(`^${name}`) });
    expect(similar[0]).toBeVisible();
    expect(document.querySelector("mark")).toBeNull();
  });

  it("is what was typed last, even if an earlier search ends later", async () => {
    const { user, fake } = await open();
    const search = fake.search;
    const ends: (() => void)[] = [];
    fake.search = async (query) => {
      const result = await search(query);
      if (query.q === "castle") await new Promise<void>((end) => ends.push(end));
      return result;
    };
    await user.keyboard("castle");
    await waitFor(() => expect(ends).toHaveLength(1));
    await user.clear(screen.getByRole("combobox"));
    await user.keyboard("drayton");
    expect((await screen.findAllByRole("option", { name: /^Drayton/ })).length).toBeGreaterThan(1);
    for (const end of ends) end();
    await waitFor(() => expect(names().some((name) => name?.startsWith("Castle"))).toBe(false));
  });

  it("is opened by Enter once it is there", async () => {
    const { user, fake } = await open();
    const wanted = fake.world.clients.find(({ external_id }) => external_id === "4007");
    await user.keyboard("4007{Enter}");
    await waitFor(() => expect(window.location.hash).toBe(`#/clients/${wanted?.id}`));
  });

  it("is said to be more than was counted", async () => {
    const { user, fake } = await open();
    const search = fake.search;
    fake.search = async (query) => {
      const result = await search(query);
      return { ...result, totals: result.totals.map((total) => ({ ...total, total: 437, more: true })) };
    };
    await user.keyboard("a");
    await user.click(await option("Show all in Clients, over 400"));
    await waitFor(() => expect(window.location.hash).toBe("#/clients?q=a"));
  });

  it.each([
    ["offline", "You are offline: only commands are listed."],
    ["unavailable", "The portal is unavailable: only commands are listed."],
    ["internal", "The search failed. Only commands are listed; type again to retry."],
  ] as const)("is missing while the API is not there: %s", async (code, text) => {
    const { user } = await open("admin", (fake) => fake.fail("search", new Problem(code)));
    await user.keyboard("settings");
    expect(await screen.findByText(text)).toBeVisible();
    expect(names()).toEqual(["Go to Settings"]);
    await expectAccessible();
  });

  it("begins with favourites and what was opened last, as far as the user still sees them", async () => {
    const { grants } = users.mspUser;
    const grantId = grants[0]?.id ?? "";
    const inScope = ({ msp_id }: { msp_id: string | null }) => msp_id === grants[0]?.scope.msp_id;
    const { user, fake } = await open("mspUser", ({ world, kept }) => {
      const [first, second] = world.clients.filter(inScope);
      const foreign = world.clients.find((client) => !inScope(client));
      const link = (client: { id: string } | undefined) => ({
        kind: "client" as const,
        id: client?.id ?? "",
        at: new Date().toISOString(),
      });
      world.favourites.set(grantId, [link(foreign), link(second)]);
      world.recents.set(grantId, [link(foreign), link(second), link(first)]);
      const opened = [`/admin/users/${users.mspUser.user.id}`];
      kept.places.set(`${users.mspUser.user.id} ${grantId}`, { lists: [], opened });
    });
    const [first, second] = fake.world.clients.filter(inScope);
    await waitFor(() => expect(names()[1]).toContain(first?.name));
    expect(names()[0]).toContain(second?.name);
    expect(names()[2]).toMatch(/^Clients expiring/);
    expect(fake.calls).not.toContain("user");
    await expectAccessible();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(window.location.hash).toBe(`#/clients/${second?.id}`));
  });

  it("lists the users that were opened last on this computer for those who manage them", async () => {
    const { user } = users.mspUser;
    await open("admin", (fake) => {
      const opened = [`/admin/users/${user.id}`];
      fake.kept.places.set(`${users.admin.user.id} ${users.admin.grants[0]?.id}`, { lists: [], opened });
    });
    expect(await option(/^Tom Brandt/)).toBeVisible();
  });
});

it.each([
  ["sync", true],
  ["now sync", true],
  ["start", true],
  ["ync", false],
  ["sync later", false],
  ["", true],
])("the terms %j match the command: %s", (typed, found) => {
  expect(
    matches(
      { id: "x", group: "commands", name: "Sync now", terms: "start", icon: null, run: () => 0 },
      typed,
    ),
  ).toBe(found);
});
