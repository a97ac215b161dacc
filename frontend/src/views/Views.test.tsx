import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import type { NewView } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { countCalls } from "../test/calls";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

const ending: NewView = { list: "clients", name: "Ending", query: "expires_on=30d&sort=expires_on" };

/** Saves views of a user before the app starts. */
function saved(who: keyof typeof users, ...views: NewView[]) {
  return ({ world }: Fake) => {
    const { user, grants } = users[who];
    for (const { shared, default: opens, ...view } of views) {
      const id = `view-${view.name}`;
      const at = new Date().toISOString();
      const grant = grants[0];
      if (!grant) continue;
      const node = grant.scope.client_id ?? grant.scope.msp_id ?? "";
      const owner = shared ? null : grant.id;
      world.views.push({ ...view, id, created_at: at, updated_at: at, grant: owner, node, author: user });
      if (opens) world.defaultViews.set(grant.id, new Set([...(world.defaultViews.get(grant.id) ?? []), id]));
    }
  };
}

async function open(path: string, who: keyof typeof users = "admin", prepare?: (fake: Fake) => void) {
  const app = renderApp({ signedIn: users[who], path, ...(prepare && { prepare }) });
  const button = await screen.findByRole("button", { name: /^View/ });
  const choose = async (name: string | RegExp) => {
    await app.user.click(screen.getByRole("button", { name: /^View/ }));
    await app.user.click(await screen.findByRole("menuitem", { name }));
    await menuClosed();
  };
  return { ...app, button, choose };
}

const hash = () => window.location.hash;
const button = () => screen.getByRole("button", { name: /^View/ });
const items = () => screen.getAllByRole("menuitem").map((item) => item.textContent);

describe("saving a view", () => {
  it("names it in the header, and keeps the filters and the sort", async () => {
    const { user, choose, fake } = await open("/clients?status=missing&sort=-name");
    await choose("Save as a new view");
    const dialog = await screen.findByRole("dialog", { name: "Save as a new view" });
    await expectAccessible();
    await user.type(within(dialog).getByRole("textbox", { name: /^Name/ }), "Missing ones{Enter}");
    await waitFor(() => expect(button()).toHaveTextContent("View: Missing ones"));
    expect(fake.world.views).toMatchObject([{ query: "status=missing&sort=-name", list: "clients" }]);
    expect(fake.world.views[0]?.grant).not.toBeNull();
    expect(hash()).toBe(`#/clients?status=missing&sort=-name&view=${fake.world.views[0]?.id}`);
    expect(button()).not.toHaveTextContent("changed");
  });

  it("shares it and makes it the default where an administrator wants", async () => {
    const { user, choose, fake } = await open("/clients?status=missing");
    await choose("Save as a new view");
    await user.type(await screen.findByRole("textbox", { name: /^Name/ }), "Ours");
    await user.click(screen.getByRole("checkbox", { name: "Share with all users of Northwind Security" }));
    await user.click(screen.getByRole("checkbox", { name: "Open the list with this view" }));
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await waitFor(() => expect(button()).toHaveTextContent("View: Ours"));
    const [view] = await fake.views();
    expect(view).toMatchObject({ shared: true, default: true, own: true });
  });

  it("says at the name that it is in use or missing", async () => {
    const { user, choose, fake } = await open("/clients", "admin", saved("admin", ending));
    await choose("Save as a new view");
    await screen.findByRole("dialog");
    await user.click(screen.getByRole("button", { name: "Save view" }));
    expect(screen.getByText("Enter a name of 1 to 80 characters.")).toBeVisible();
    expect(countCalls(fake, "createView")).toBe(0);
    await user.type(screen.getByRole("textbox", { name: /^Name/ }), "ENDING{Enter}");
    expect(await screen.findByText(/^You have a view of this name already/)).toBeVisible();
    await expectAccessible();
  });

  it("says why it failed, and keeps what was typed", async () => {
    const offline = (fake: Fake) => fake.fail("createView", new Problem("offline"), 1);
    const { user, choose, fake } = await open("/clients", "admin", offline);
    await choose("Save as a new view");
    await user.type(await screen.findByRole("textbox", { name: /^Name/ }), "Mine{Enter}");
    expect(await screen.findByRole("alert")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Save view" }));
    await waitFor(() => expect(fake.world.views).toHaveLength(1));
    expect(fake.world.views[0]?.name).toBe("Mine");
  });
});

describe("a saved view", () => {
  it("is opened from the menu, and All leads back", async () => {
    const { choose } = await open("/clients", "admin", saved("admin", ending));
    await choose(/^Ending/);
    await waitFor(() => expect(hash()).toBe("#/clients?expires_on=30d&sort=expires_on&view=view-Ending"));
    expect(button()).toHaveTextContent("View: Ending");
    await choose("All");
    await waitFor(() => expect(hash()).toBe("#/clients?view=all"));
    expect(button()).toHaveTextContent(/^Views$/);
  });

  it("is marked as changed where the address differs, and can be updated or shown as saved", async () => {
    const path = "/clients?expires_on=30d&sort=-name&view=view-Ending";
    const { choose, fake } = await open(path, "admin", saved("admin", ending));
    await waitFor(() => expect(button()).toHaveTextContent("View: Ending(changed)"));
    await choose("Update “Ending”");
    await waitFor(() => expect(fake.world.views[0]?.query).toBe("expires_on=30d&sort=-name"));
    await waitFor(() => expect(button()).not.toHaveTextContent("changed"));
  });

  it("is shown as saved again", async () => {
    const path = "/clients?status=missing&view=view-Ending";
    const { choose } = await open(path, "admin", saved("admin", ending));
    await waitFor(() => expect(button()).toHaveTextContent("changed"));
    await choose("Back to “Ending” as saved");
    await waitFor(() => expect(hash()).toBe("#/clients?expires_on=30d&sort=expires_on&view=view-Ending"));
  });

  it("is renamed and shared", async () => {
    const { user, choose, fake } = await open("/clients?view=view-Ending", "admin", saved("admin", ending));
    await waitFor(() => expect(button()).toHaveTextContent("Ending"));
    await choose("Rename or share “Ending”");
    const name = await screen.findByRole("textbox", { name: /^Name/ });
    await user.clear(name);
    await user.type(name, "Soon");
    await user.click(screen.getByRole("checkbox", { name: /^Share with/ }));
    await user.click(screen.getByRole("button", { name: "Save changes" }));
    await waitFor(() => expect(button()).toHaveTextContent("View: Soon"));
    expect(fake.world.views[0]).toMatchObject({ name: "Soon", grant: null, query: ending.query });
  });

  it("is deleted after a confirmation, and its filters stay", async () => {
    const path = "/clients?expires_on=30d&sort=expires_on&view=view-Ending";
    const { user, choose, fake } = await open(path, "admin", saved("admin", ending));
    await waitFor(() => expect(button()).toHaveTextContent("Ending"));
    await choose("Delete “Ending”");
    const dialog = await screen.findByRole("dialog", { name: "Delete the view “Ending”?" });
    await expectAccessible();
    expect(fake.world.views).toHaveLength(1);
    await user.click(within(dialog).getByRole("button", { name: "Delete view" }));
    await waitFor(() => expect(button()).toHaveTextContent(/^Views$/));
    expect(fake.world.views).toHaveLength(0);
    expect(hash()).toBe("#/clients?expires_on=30d&sort=expires_on");
  });

  it("that was deleted elsewhere is said to be gone", async () => {
    await open("/clients?status=missing&view=view-Gone");
    expect(await screen.findByText(/^This view no longer exists/)).toBeVisible();
    expect(button()).toHaveTextContent(/^Views$/);
  });
});

describe("a shared view", () => {
  const shared = saved("admin", { ...ending, shared: true });

  it("can be used and chosen as default by users who are no administrators, and not changed", async () => {
    const { user, choose, fake } = await open("/clients?view=view-Ending", "staff", shared);
    await waitFor(() => expect(button()).toHaveTextContent("View: Ending(changed)"));
    await user.click(button());
    await expectAccessible();
    expect(items()).toEqual([
      "All",
      "Endingshared by Ada Lindqvist",
      "Save as a new view",
      "Back to “Ending” as saved",
      "Open the list with “Ending”",
    ]);
    await user.keyboard("{Escape}");
    await menuClosed();
    await choose("Open the list with “Ending”");
    await waitFor(async () => expect((await fake.views())[0]?.default).toBe(true));
    await choose("Save as a new view");
    await screen.findByRole("dialog");
    expect(screen.queryByRole("checkbox", { name: /^Share/ })).toBeNull();
  });

  it("of another scope is not seen", async () => {
    const { user } = await open("/clients", "mspAdmin", shared);
    await user.click(button());
    expect(items()).toEqual(["All", "Save as a new view"]);
  });
});

describe("the default view", () => {
  const first = { ...ending, default: true };

  it("is shown when the list is opened from the menu, and not after All", async () => {
    const { user, choose } = await open("/changes", "admin", saved("admin", first));
    const clients = () => screen.getByRole("link", { name: "Clients" });
    await waitFor(() =>
      expect(clients()).toHaveAttribute("href", expect.stringContaining("view=view-Ending")),
    );
    await user.click(clients());
    await waitFor(() => expect(button()).toHaveTextContent("View: Ending"));
    expect(hash()).toBe("#/clients?expires_on=30d&sort=expires_on&view=view-Ending");
    await choose("All");
    await user.click(screen.getByRole("link", { name: "Changes" }));
    await screen.findByRole("heading", { level: 1, name: "Changes" });
    await user.click(clients());
    await waitFor(() => expect(hash()).toBe("#/clients?view=all"));
  });

  it("does not change a list that a link has filtered", async () => {
    const { fake } = await open("/clients?status=missing", "admin", saved("admin", first));
    await waitFor(() => expect(fake.calls).toContain("clients"));
    expect(hash()).toBe("#/clients?status=missing");
  });
});

describe("a view that names what no longer exists", () => {
  const old = { ...ending, query: "colour=red&status=missing&sort=weight,-name&columns=name,shape:90" };
  const path = `/clients?${old.query}&view=view-Ending`;

  it("says what, and applies the rest", async () => {
    const { fake } = await open(path, "admin", saved("admin", old));
    const alert = await screen.findByText(/parts that no longer exist/);
    expect(alert).toHaveTextContent(
      "This view has parts that no longer exist: filter colour, sort by weight, and column shape. " +
        "The rest of it is applied. Update the view to remove them.",
    );
    expect(await screen.findByRole("button", { name: /Status Missing/ })).toBeVisible();
    expect(fake.calls).toContain("clients");
    await expectAccessible();
  });

  it("is updated to what exists, or deleted", async () => {
    const { choose, fake } = await open(path, "admin", saved("admin", old));
    await screen.findByText(/parts that no longer exist/);
    await choose("Update “Ending”");
    await waitFor(() => expect(fake.world.views[0]?.query).toBe("status=missing&sort=-name&columns=name"));
    await waitFor(() => expect(screen.queryByText(/parts that no longer exist/)).toBeNull());
  });
});

describe("the menu of views", () => {
  it.each([
    ["/clients", "Views of Clients"],
    ["/msps", "Views of MSPs"],
    ["/changes", "Views of Changes"],
    ["/admin/users", "Views of Users"],
    ["/admin", "Views of Invites"],
  ])("is on %s", async (path, label) => {
    const { user } = await open(path);
    await user.click(button());
    expect(await screen.findByRole("menu", { name: label })).toBeVisible();
    await expectAccessible();
  });

  it("says why views could not be loaded, and loads them again", async () => {
    const fails = (fake: Fake) => {
      saved("admin", ending)(fake);
      fake.fail("views", new Problem("internal"), 1);
    };
    const { user } = await open("/clients", "admin", fails);
    await user.click(button());
    await user.click(await screen.findByRole("menuitem", { name: /Try again$/ }));
    expect(await screen.findByRole("menuitem", { name: /^Ending/ })).toBeVisible();
  });

  it("is used by keyboard", async () => {
    const { user } = await open("/clients", "admin", saved("admin", ending));
    button().focus();
    await user.keyboard("{Enter}");
    await screen.findByRole("menuitem", { name: /^Ending/ });
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(button()).toHaveTextContent("View: Ending"));
  });

  it("is not on the page of an MSP's own users, which has no filters", async () => {
    renderApp({ signedIn: users.mspUser, path: "/msps" });
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("button", { name: /^View/ })).toBeNull();
  });
});
