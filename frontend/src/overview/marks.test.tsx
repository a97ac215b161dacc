import { screen, waitFor, within } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { formatDate } from "../i18n/format";
import { expectAccessible, menuClosed, renderApp } from "../test/render";
import { morningIn } from "./useMarks";

const kind = "licence_expired" as const;
const title = "Expired licences";

/** Opens the overview of a world with so many clients whose licence has ended, and nothing else. */
async function open(count = 8, who: keyof typeof users = "admin", prepare?: (fake: Fake) => void) {
  const app = renderApp({
    signedIn: users[who],
    path: "/overview",
    prepare: (fake) => {
      const { msp_id } = users.mspUser.grants[0]?.scope ?? {};
      fake.world.clients = fake.world.clients
        .filter((client) => client.msp_id === msp_id)
        .slice(0, count)
        .map((client, n) => ({
          ...client,
          name: `Elm ${n}`,
          status: "active",
          expires_on: `2026-01-${20 - n}`,
          seats_used: 1,
          seats_total: 2,
        }));
      prepare?.(fake);
    },
  });
  const section = await screen.findByRole("region", { name: title });
  const names = () =>
    within(section)
      .queryAllByRole("listitem")
      .map((line) => within(line).getByRole("link").textContent);
  return { ...app, section, names };
}

const act = async (user: UserEvent, name: string, action: string) => {
  await user.click(await screen.findByRole("button", { name: `Actions for ${name}` }));
  await user.click(await screen.findByRole("menuitem", { name: action }));
  await menuClosed();
};

const idOf = (fake: Fake, name: string) => fake.world.clients.find((one) => one.name === name)?.id ?? "";
const today = formatDate(new Date());

describe("snoozing", () => {
  it("takes a line out of the overview until a morning, by keys alone, and can be undone", async () => {
    const { user, fake, section, names } = await open();
    expect(names()).toEqual(["Elm 0", "Elm 1", "Elm 2", "Elm 3", "Elm 4", "Elm 5"]);
    within(section).getByRole("button", { name: "Actions for Elm 1" }).focus();
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("menuitem", { name: "Snooze 1 day" })).toHaveFocus();
    await expectAccessible();
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(names()).toEqual(["Elm 0", "Elm 2", "Elm 3", "Elm 4", "Elm 5", "Elm 6"]));
    await menuClosed();
    expect(fake.world.marks).toMatchObject([{ mark: "snoozed", until: morningIn(7).toISOString() }]);
    await waitFor(() => expect(section).toHaveFocus());
    expect(within(section).getByRole("heading", { level: 3 })).toHaveTextContent("Expired licences 8");
    expect(within(section).getByRole("button", { name: "1 snoozed: Expired licences" })).toBeVisible();
    const notice = await screen.findByText(`Elm 1 is snoozed until ${formatDate(morningIn(7))}.`);
    await user.click(within(notice).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(names()).toContain("Elm 1"));
    expect(fake.world.marks).toEqual([]);
    expect(within(section).queryByRole("button", { name: /snoozed/ })).toBeNull();
  });

  it("opens what is snoozed, with who has done it, and shows it again", async () => {
    const { user, fake, section, names } = await open(8, "admin", (fake) => {
      const mark = { node: "mssp", kind, mark: "snoozed" as const, reason: "2026-01-20", at: "" };
      const until = morningIn(1).toISOString();
      fake.world.marks = [{ ...mark, id: idOf(fake, "Elm 0"), user: users.staff.user.id, until }];
    });
    const toggle = await within(section).findByRole("button", { name: "1 snoozed: Expired licences" });
    expect(toggle).toHaveAttribute("aria-expanded", "false");
    await user.click(toggle);
    const name = users.staff.user.name;
    expect(
      await within(section).findByText(`Snoozed until ${formatDate(morningIn(1))} by ${name}`),
    ).toBeVisible();
    await expectAccessible();
    expect(names().at(-1)).toBe("Elm 0");
    await act(user, "Elm 0", "Show again now");
    await waitFor(() => expect(names()[0]).toBe("Elm 0"));
    expect(fake.world.marks).toEqual([]);
    const notice = await screen.findByText("Elm 0 is shown again.");
    await user.click(within(notice).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(fake.world.marks).toMatchObject([{ until: morningIn(1).toISOString() }]));
  });

  it("of every line leaves a sentence", async () => {
    const { user, section } = await open(1);
    await act(user, "Elm 0", "Snooze 30 days");
    expect(await within(section).findByText("All of them are snoozed.")).toBeVisible();
    await expectAccessible();
  });

  it("shows why what is snoozed cannot be loaded, and tries again", async () => {
    const { user, fake, section } = await open(2);
    await act(user, "Elm 0", "Snooze 1 day");
    fake.fail("snoozedAttention", new Problem("internal"));
    await user.click(await within(section).findByRole("button", { name: /^1 snoozed/ }));
    const alert = await within(section).findByRole("alert");
    expect(alert).toHaveTextContent("Something went wrong");
    await expectAccessible();
    fake.fail("snoozedAttention");
    await user.click(within(alert).getByRole("button", { name: "Try again" }));
    expect(await within(section).findByText(/^Snoozed until/)).toBeVisible();
  });

  it("shows why it was refused", async () => {
    const most = "500 things are snoozed or handled here, which is the most.";
    const { user, fake, names } = await open(2);
    fake.fail("snoozeAttention", new Problem("conflict", { message: most }));
    await act(user, "Elm 0", "Snooze 1 day");
    expect(await screen.findByText(most)).toBeVisible();
    expect(names()).toEqual(["Elm 0", "Elm 1"]);
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  });

  it("has one notice to undo, of the last line", async () => {
    const { user } = await open(4);
    await act(user, "Elm 0", "Snooze 1 day");
    await screen.findByText(/^Elm 0 is snoozed/);
    await act(user, "Elm 1", "Snooze 1 day");
    expect(await screen.findByText(/^Elm 1 is snoozed/)).toBeVisible();
    expect(screen.queryByText(/^Elm 0 is snoozed/)).toBeNull();
  });
});

describe("handling", () => {
  it("shows who handles a line since when, and can be undone", async () => {
    const { user, fake, section } = await open(3);
    await act(user, "Elm 1", "I handle this");
    const line = await within(section).findByText(`Handled by you since ${today}`);
    expect(line.closest("li")).toHaveTextContent("Elm 1");
    expect(screen.getByRole("button", { name: "Actions for Elm 1" })).toHaveFocus();
    await expectAccessible();
    await act(user, "Elm 1", "Stop handling this");
    await waitFor(() => expect(fake.world.marks).toEqual([]));
    const notice = await screen.findByText("You no longer handle Elm 1.");
    await user.click(within(notice).getByRole("button", { name: "Undo" }));
    expect(await within(section).findByText(`Handled by you since ${today}`)).toBeVisible();
  });

  it("is taken over from a colleague, and given back", async () => {
    const { name, id } = users.mspAdmin.user;
    const { user, fake, section } = await open(3, "mspUser", (fake) => {
      const mark = { node: fake.world.clients[0]?.msp_id ?? "", kind, mark: "handled" as const };
      const at = "2026-01-25T10:00:00Z";
      fake.world.marks = [
        { ...mark, id: idOf(fake, "Elm 2"), user: id, reason: "2026-01-18", at, until: null },
      ];
    });
    expect(
      await within(section).findByText(`Handled by ${name} since ${formatDate("2026-01-25T10:00:00Z")}`),
    ).toBeVisible();
    await act(user, "Elm 2", `Take over from ${name}`);
    const notice = await screen.findByText("You handle Elm 2 now.");
    expect(fake.world.marks).toMatchObject([{ user: users.mspUser.user.id }]);
    await user.click(within(notice).getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(fake.world.marks).toMatchObject([{ user: id }]));
  });

  it("is not offered for syncs, nor to a client's user", async () => {
    const { unmount } = await open(1, "admin", ({ world }) => {
      const none = { msp_id: null, client_id: null, run_id: null, at: null, count: null, since: null };
      const item = { ...none, name: "Heimdal", detail: "", handler: null, snooze: null };
      world.attention = [{ ...item, kind: "sync_never", severity: "warning" }];
    });
    const line = (await screen.findByText("Connected, but never synced")).closest("li") as HTMLElement;
    expect(within(line).queryByRole("button")).toBeNull();
    unmount();
    await open(1, "clientUser", ({ world }) => {
      const id = users.clientUser.grants[0]?.scope.client_id ?? "";
      world.clients = world.clients.map((client) => ({ ...client, id }));
    });
    expect(screen.queryByRole("button", { name: /^Actions for/ })).toBeNull();
  });
});
