import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import type { UserChange } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { recordQueries } from "../test/calls";
import { choose, expectAccessible, menuClosed, renderApp } from "../test/render";

const open = (
  prepare: (fake: Fake) => void = () => undefined,
  who: keyof typeof users = "admin",
  path = "/admin/users",
) =>
  renderApp({
    signedIn: users[who],
    path,
    prepare: (fake) => {
      fake.world.users = fake.world.users.slice(0, 30);
      prepare(fake);
    },
  });
const grid = () => screen.findByRole("grid", { name: "Users" });
const panelOf = (name: string) => screen.findByRole("complementary", { name });

/** The changes that were sent. */
function sent(fake: Fake): UserChange[] {
  const all: UserChange[] = [];
  const { changeUser } = fake;
  fake.changeUser = (id, change) => {
    all.push(change);
    return changeUser(id, change);
  };
  return all;
}

/** Opens a user's panel from the list. */
async function openPerson(name: string, prepare?: (fake: Fake) => void, who: keyof typeof users = "admin") {
  let all: UserChange[] = [];
  const app = open(
    (fake) => {
      all = sent(fake);
      prepare?.(fake);
    },
    who,
    `/admin/users?q=${encodeURIComponent(name.replace(" (you)", ""))}`,
  );
  await app.user.click((await screen.findAllByRole("gridcell", { name }))[0] as HTMLElement);
  return { ...app, panel: await panelOf(name), sent: () => all };
}

async function ask(name: string, button: string, prepare?: (fake: Fake) => void) {
  const app = await openPerson(name, prepare);
  await app.user.click(within(app.panel).getByRole("button", { name: button }));
  return { ...app, dialog: await screen.findByRole("dialog") };
}

describe("the list of users", () => {
  it("shows name, roles and status", async () => {
    open(undefined, "admin", "/admin/users?q=tom");
    const table = await grid();
    expect(await within(table).findByText("tom@alpine.example")).toBeVisible();
    expect(within(table).getByText("MSP user")).toBeVisible();
    expect(within(table).getByText("Alpine IT Services")).toBeVisible();
    expect(within(table).getByText("Active")).toBeVisible();
    await expectAccessible();
  });

  it("shows how many more roles a user has, and marks the viewer", async () => {
    const { unmount } = open(undefined, "admin", "/admin/users?q=noor");
    expect(await screen.findByText("MSSP staff +2")).toBeVisible();
    unmount();
    open(undefined, "admin", "/admin/users?q=ada@");
    expect(await screen.findByText("Ada Lindqvist (you)")).toBeVisible();
  });

  it("marks an address that the provider has not confirmed", async () => {
    open(undefined, "admin", "/admin/users?q=castillo");
    expect(
      await screen.findByRole("gridcell", { name: /^jana\.castillo@.* \(not confirmed\)$/ }),
    ).toBeVisible();
    expect(screen.getAllByRole("gridcell", { name: /@/ }).length).toBeGreaterThan(1);
    expect(screen.getAllByText("(not confirmed)")).toHaveLength(1);
  });

  it("is searched, filtered and sorted by the server", async () => {
    const { user, fake } = open();
    const queries = recordQueries(fake, "users");
    await grid();
    await user.click(screen.getByRole("button", { name: "Status" }));
    await user.click(await screen.findByRole("menuitem", { name: "Deactivated" }));
    await menuClosed();
    expect(await screen.findByText("2 in total")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Role" }));
    await user.click(await screen.findByRole("menuitem", { name: "MSP user" }));
    await menuClosed();
    await user.click(await screen.findByText("Email"));
    await user.type(screen.getByRole("searchbox", { name: "Search users" }), "zebra");
    expect(
      await screen.findByText("Nothing here matches “zebra”, Status Deactivated, and Role MSP user."),
    ).toBeVisible();
    expect(queries.at(-1)).toMatchObject({
      q: "zebra",
      status: "deactivated",
      role: "msp_user",
      sort: "email",
    });
  });

  it("is filtered by an MSP that is found by search", async () => {
    const { user } = open();
    await grid();
    await user.click(screen.getByRole("button", { name: "MSP" }));
    const field = await screen.findByRole("combobox", { name: "MSP" });
    expect(field).toHaveFocus();
    await user.type(field, "kestr");
    await user.click(await screen.findByRole("option", { name: "Kestrel Managed IT" }));
    expect(await screen.findByRole("button", { name: "MSP Kestrel Managed IT" })).toBeVisible();
    await waitFor(() => expect(screen.getAllByText(/@kestrel\.example/).length).toBeGreaterThan(0));
    expect(screen.queryByText(/@baltic\.example/)).toBeNull();
  });

  it("shows an MSP's administrator the users of their MSP only", async () => {
    open(undefined, "mspAdmin");
    await grid();
    expect(await screen.findByText("Mia Keller (you)")).toBeVisible();
    expect(screen.queryByText("Ada Lindqvist")).toBeNull();
    expect(screen.queryByRole("button", { name: "MSP" })).toBeNull();
    expect(screen.getByText("4 in total")).toBeVisible();
  });

  it("explains an empty list and links to the invites", async () => {
    open((fake) => {
      fake.users = async () => ({ items: [], next_cursor: null, total: 0 });
    });
    expect(await screen.findByText("No users yet")).toBeVisible();
    expect(screen.getByRole("link", { name: "Open invites" })).toHaveAttribute("href", "#/admin");
    await expectAccessible();
  });

  it.each([
    ["offline", /^Offline since/],
    ["unavailable", /^The portal has been unavailable since/],
  ] as const)("shows once why it could not be loaded: %s", async (code, banner) => {
    open((fake) => fake.fail("users", new Problem(code)));
    expect(await screen.findByText("Not loaded yet")).toBeVisible();
    expect(screen.getByRole("alert")).toHaveTextContent(banner);
    expect(screen.getByRole("button", { name: "Try again" })).toBeEnabled();
    await expectAccessible();
  });

  it("counts down where the portal asks to wait", async () => {
    open((fake) => fake.fail("users", new Problem("too_many_requests", { retryAfter: 40 })));
    expect(await screen.findByRole("button", { name: /^Try again in 0:\d\d$/ })).toBeDisabled();
  });

  it.each(["staff", "mspUser", "clientUser"] as const)("is refused to %s", async (who) => {
    open(undefined, who);
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
  });

  it("has the tabs of invites and syncs", async () => {
    open();
    const sections = await screen.findByRole("navigation", { name: "Sections of Admin" });
    const links = within(sections).getAllByRole("link");
    expect(links.map((link) => link.textContent)).toEqual(["Users", "Invites", "Products & sync"]);
    expect(links[0]).toHaveAttribute("aria-current", "page");
    expect(links[1]).not.toHaveAttribute("aria-current");
  });
});

describe("a user beside the list", () => {
  it("shows the roles inside the scope, each with its own actions", async () => {
    const { panel } = await openPerson("Noor Haddad");
    expect(
      within(panel)
        .getAllByRole("listitem")
        .map((item) => item.textContent),
    ).toEqual([
      expect.stringContaining("MSSP staffNorthwind Security"),
      expect.stringContaining("MSP administratorAlpine IT Services"),
      expect.stringContaining("MSP userBaltic Managed Systems"),
    ]);
    expect(
      within(panel).getByRole("button", { name: "Deactivate role MSP user at Baltic Managed Systems" }),
    ).toBeVisible();
    expect(screen.getByRole("grid", { name: "Users" })).toBeVisible();
    await expectAccessible();
  });

  it("explains that the viewer cannot change themselves", async () => {
    const { panel } = await openPerson("Ada Lindqvist (you)");
    expect(
      within(panel).getByText(/You cannot change your own access: ask another administrator/),
    ).toBeVisible();
    expect(
      within(panel)
        .getAllByRole("button")
        .map((button) => button.getAttribute("aria-label")),
    ).toEqual(["Previous row", "Next row", "Copy link", "Close"]);
    await expectAccessible();
  });

  it("offers no action where the viewer may not give the user's role", async () => {
    const { panel } = await openPerson("Noor Haddad", (fake) => {
      const { resume } = fake;
      fake.resume = async () => ({ ...(await resume()), may_invite: ["msp_user"] });
    });
    expect(within(panel).getByText("Your role may not change this user.")).toBeVisible();
    expect(within(panel).queryByRole("button", { name: /^Change role/ })).toBeNull();
  });

  it("opens a user who is not among the rows of the list", async () => {
    const { fake } = open(undefined, "admin", `/admin/users/${users.mspUser.user.id}?q=ada`);
    const panel = await panelOf("Tom Brandt");
    expect(within(panel).getByText("tom@alpine.example")).toBeVisible();
    expect(fake.calls).toContain("user");
  });

  it.each([
    ["nobody", "admin", "0195a000-0000-7000-c999-000000000001"],
    ["a user outside the scope", "mspAdmin", users.admin.user.id],
  ] as const)("says so for the id of %s", async (_, who, id) => {
    open(undefined, who, `/admin/users/${id}`);
    expect(await screen.findByText("No such user")).toBeVisible();
    await expectAccessible();
  });

  it("can load the user again where that failed", async () => {
    const { fake, user } = open(
      (fake) => fake.fail("user", new Problem("timed_out")),
      "admin",
      `/admin/users/${users.mspUser.user.id}?q=ada`,
    );
    const panel = await panelOf("User");
    const again = await within(panel).findByRole("button", { name: "Try again" });
    fake.fail("user");
    await user.click(again);
    await panelOf("Tom Brandt");
  });
});

describe("changing a role", () => {
  const changeOf = (role: string, node: string) => `Change role ${role} at ${node}`;
  const save = (dialog: HTMLElement) => within(dialog).getByRole("button", { name: "Change role" });

  it("explains the effect, and keeps the node where the level stays", async () => {
    const { user, dialog, sent } = await ask("Tom Brandt", changeOf("MSP user", "Alpine IT Services"));
    expect(within(dialog).getByText("Tom Brandt is currently MSP user at Alpine IT Services.")).toBeVisible();
    expect(within(dialog).getByText(/takes effect at once, on every computer/)).toBeVisible();
    await expectAccessible();
    await choose(user, "Role", "MSP administrator");
    expect(screen.queryByRole("combobox", { name: "MSP" })).toBeNull();
    await user.click(save(dialog));
    expect(
      await screen.findByText("Tom Brandt is now MSP administrator at Alpine IT Services."),
    ).toBeVisible();
    expect(sent()).toEqual([{ grant_id: users.mspUser.grants[0]?.id, role: "msp_admin" }]);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(await within(await panelOf("Tom Brandt")).findByText("MSP administrator")).toBeVisible();
  });

  it("asks for the node where the level changes", async () => {
    const { user, dialog, fake, sent } = await ask("Sam Okoro", changeOf("MSSP staff", "Northwind Security"));
    await choose(user, "Role", "MSP user");
    await user.click(save(dialog));
    expect(await screen.findByText("Choose the MSP this person belongs to.")).toBeVisible();
    expect(fake.calls).not.toContain("changeUser");
    await user.type(screen.getByRole("combobox", { name: "MSP" }), "harb");
    await user.click(await screen.findByRole("option", { name: "Harbour Light IT" }));
    await user.click(save(dialog));
    expect(await screen.findByText("Sam Okoro is now MSP user at Harbour Light IT.")).toBeVisible();
    const msp_id = fake.world.msps.find(({ name }) => name === "Harbour Light IT")?.id;
    expect(sent()).toEqual([{ grant_id: users.staff.grants[0]?.id, role: "msp_user", msp_id }]);
  });

  it("takes an MSP administrator's own MSP without asking", async () => {
    const { user, panel, sent } = await openPerson("Ines Duarte", undefined, "mspAdmin");
    await user.click(within(panel).getByRole("button", { name: /^Change role/ }));
    const dialog = await screen.findByRole("dialog");
    await user.click(screen.getByRole("combobox", { name: "Role" }));
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
      "MSP administrator",
      "MSP user",
      "Client user",
    ]);
    await user.click(screen.getByRole("option", { name: "MSP user" }));
    await menuClosed();
    await user.click(save(dialog));
    await screen.findByText("Ines Duarte is now MSP user at Alpine IT Services.");
    expect(sent()[0]).toMatchObject({ role: "msp_user", msp_id: users.mspAdmin.grants[0]?.scope.msp_id });
  });

  it("does not send the role they have", async () => {
    const { user, dialog, fake } = await ask("Tom Brandt", changeOf("MSP user", "Alpine IT Services"));
    await user.click(save(dialog));
    expect(await screen.findByText(/This is already their role/)).toBeVisible();
    expect(fake.calls).not.toContain("changeUser");
  });

  it.each([
    ["offline", {}, /The portal cannot be reached/],
    [
      "conflict",
      { message: "This is the last active administrator." },
      /^This is the last active administrator\.$/,
    ],
    ["forbidden", {}, /Your role does not include this/],
    [
      "invalid",
      { field: "body.role", message: "Nobody may give this role." },
      /^Nobody may give this role\.$/,
    ],
  ] as const)("keeps the choice when it fails, and shows why: %s", async (code, details, words) => {
    const { user, dialog } = await ask("Tom Brandt", changeOf("MSP user", "Alpine IT Services"), (fake) =>
      fake.fail("changeUser", new Problem(code, details)),
    );
    await choose(user, "Role", "MSP administrator");
    await user.click(save(dialog));
    expect(await within(dialog).findByText(words)).toBeVisible();
    expect(screen.getByRole("combobox", { name: "Role" })).toHaveTextContent("MSP administrator");
    await expectAccessible();
  });
});

describe("access", () => {
  it("is removed after a confirmation; Cancel is the default", async () => {
    const { user, dialog, sent } = await ask("Tom Brandt", "Deactivate");
    expect(
      within(dialog).getByText(/lose their access to Northwind Security at once, on every computer/),
    ).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus();
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "Deactivate Tom Brandt" }));
    expect(await screen.findByText("Tom Brandt is deactivated.")).toBeVisible();
    expect(sent()).toEqual([{ active: false }]);
    const panel = await panelOf("Tom Brandt");
    expect(await within(panel).findByText("None")).toBeVisible();
    expect(within(panel).queryByRole("button", { name: "Sign out everywhere" })).toBeNull();
    expect(within(panel).getByRole("button", { name: "Reactivate" })).toBeVisible();
  });

  it("revokes the user's open invites when it is removed", async () => {
    const { user, dialog } = await ask("Tom Brandt", "Deactivate", ({ world }) => {
      world.invites = world.invites.slice(0, 1).map((invite) => ({ ...invite, email: "tom@alpine.example" }));
    });
    expect(within(dialog).getByText(/Open invites for their address there are revoked/)).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Deactivate Tom Brandt" }));
    expect(await screen.findByText("Tom Brandt is deactivated.")).toBeVisible();
    await user.click(screen.getByRole("link", { name: "Invites" }));
    expect(await screen.findByRole("gridcell", { name: "Revoked" })).toBeVisible();
  });

  it("stays open beside a list that no longer has the user", async () => {
    const { user } = open(undefined, "admin", "/admin/users?status=active&q=tom%20b");
    await user.click(await screen.findByRole("gridcell", { name: "Tom Brandt" }));
    await user.click(await screen.findByRole("button", { name: "Deactivate" }));
    await user.click(await screen.findByRole("button", { name: "Deactivate Tom Brandt" }));
    expect(await screen.findByText(/^Nothing here matches/)).toBeVisible();
    const panel = await panelOf("Tom Brandt");
    expect(within(panel).getByText("Deactivated")).toBeVisible();
  });

  it("is restored", async () => {
    const { user, dialog, sent } = await ask("Tom Brandt", "Reactivate", (fake) => {
      for (const held of fake.world.users.find(({ name }) => name === "Tom Brandt")?.grants ?? [])
        held.active = false;
    });
    await user.click(within(dialog).getByRole("button", { name: "Reactivate Tom Brandt" }));
    expect(await screen.findByText("Tom Brandt is active again.")).toBeVisible();
    expect(sent()).toEqual([{ active: true }]);
  });

  it("is removed for one of several roles", async () => {
    const { user, dialog, sent } = await ask(
      "Noor Haddad",
      "Deactivate role MSP user at Baltic Managed Systems",
    );
    expect(within(dialog).getByText(/Their other roles stay/)).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Deactivate this role" }));
    await screen.findByText("Noor Haddad is no longer MSP user at Baltic Managed Systems.");
    expect(sent()).toEqual([{ active: false, grant_id: users.severalGrants.grants[2]?.id }]);
    expect(await screen.findByText("MSP user (deactivated)")).toBeVisible();
  });

  it("shows the server's message about a rule as a warning", async () => {
    const message = "This is the last active administrator of the MSSP.";
    const { user, dialog } = await ask("Tom Brandt", "Deactivate", (fake) =>
      fake.fail("changeUser", new Problem("conflict", { message })),
    );
    await user.click(within(dialog).getByRole("button", { name: "Deactivate Tom Brandt" }));
    const line = await within(dialog).findByRole("alert");
    expect(line).toHaveTextContent(new RegExp(`^${message}$`));
    expect(line).toHaveClass("MuiAlert-colorWarning");
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(await panelOf("Tom Brandt")).toBeVisible();
  });

  it("ends every session after a confirmation, and only where there is one", async () => {
    const { user, dialog, fake } = await ask("Tom Brandt", "Sign out everywhere");
    expect(within(dialog).getByText(/2 of their sessions lose their access here at once/)).toBeVisible();
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "Sign out everywhere" }));
    expect(await screen.findByText("Tom Brandt is signed out everywhere.")).toBeVisible();
    expect(fake.calls).toContain("signOutUser");
    expect(await screen.findByText("None")).toBeVisible();
  });
});
