import { screen, waitFor, within } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { freshCode, inviteCode } from "../bridge/fakeInvites";
import type { NewInvite } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { choose, expectAccessible, menuClosed, renderApp } from "../test/render";

const open = (
  prepare: (fake: Fake) => void = () => undefined,
  who: keyof typeof users = "admin",
  path = "/admin",
) => renderApp({ signedIn: users[who], path, prepare });
const grid = () => screen.findByRole("grid", { name: "Invites" });

async function openForm(who: "admin" | "mspAdmin" = "admin", prepare?: (fake: Fake) => void) {
  const app = open((fake) => {
    fake.world.invites = fake.world.invites.slice(0, 1);
    prepare?.(fake);
  }, who);
  await grid();
  await app.user.click(
    screen.getByRole("button", { name: who === "admin" ? "Invite MSP user" : "Invite user" }),
  );
  return { ...app, dialog: await screen.findByRole("dialog") };
}

async function search(user: UserEvent, field: string, typed: string, option: string | RegExp) {
  await user.type(screen.getByRole("combobox", { name: field }), typed);
  await user.click((await screen.findAllByRole("option", { name: option }))[0] as HTMLElement);
}

const send = (user: UserEvent) => user.click(screen.getByRole("button", { name: "Send invite" }));

/** The invites that were sent. */
function sent(fake: Fake): NewInvite[] {
  const all: NewInvite[] = [];
  const { createInvite } = fake;
  fake.createInvite = (invite) => {
    all.push(invite);
    return createInvite(invite);
  };
  return all;
}

describe("the list of invites", () => {
  it("shows address, role, node and status; only open ones can be revoked", async () => {
    open();
    const table = await grid();
    expect(await within(table).findByText("lea@alpine.example")).toBeVisible();
    expect(within(table).getByText("Accepted")).toBeVisible();
    expect(within(table).getAllByRole("button", { name: /^Revoke the invite of/ })).toHaveLength(2);
    await expectAccessible();
  });

  it("is searched and filtered by the server", async () => {
    const { user } = open();
    await grid();
    await user.click(screen.getByRole("button", { name: "Status" }));
    await user.click(screen.getByRole("menuitem", { name: "Revoked" }));
    await menuClosed();
    expect(await screen.findByText("1 in total")).toBeVisible();
    await user.type(screen.getByRole("searchbox", { name: "Search invites" }), "zebra");
    expect(await screen.findByText("Nothing here matches “zebra” and Status Revoked.")).toBeVisible();
  });

  it("explains an empty list", async () => {
    open((fake) => {
      fake.world.invites = [];
    });
    expect(await screen.findByText("No invites yet")).toBeVisible();
    await expectAccessible();
  });

  it("shows why it could not be loaded", async () => {
    open((fake) => fake.fail("invites", new Problem("offline")));
    expect(await screen.findByText("Not loaded yet")).toBeVisible();
    expect(screen.getByRole("alert")).toHaveTextContent(/Offline since/);
  });

  it("is refused to those who may not invite", async () => {
    open(undefined, "staff");
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
  });

  it("links to the syncs for those who may see them", async () => {
    const { unmount } = open();
    const sections = await screen.findByRole("navigation", { name: "Sections of Admin" });
    expect(within(sections).getByRole("link", { name: "Products & sync" })).toHaveAttribute(
      "href",
      "#/syncs",
    );
    unmount();
    open(undefined, "mspAdmin");
    await grid();
    expect(screen.queryByRole("link", { name: "Products & sync" })).toBeNull();
  });
});

describe("inviting", () => {
  it("sends the form and shows the code once", async () => {
    let all: NewInvite[] = [];
    const { user, fake } = await openForm("admin", (fake) => {
      all = sent(fake);
    });
    await expectAccessible();
    expect(screen.getByRole("textbox", { name: "Email" })).toHaveFocus();
    expect(screen.getByRole("combobox", { name: "Role" })).toHaveTextContent("MSP user");
    await user.type(screen.getByRole("textbox", { name: "Email" }), " kim@harbour.example ");
    await search(user, "MSP", "harb", "Harbour Light IT");
    await choose(user, "Sign-in provider", "Microsoft");
    await send(user);
    const created = await screen.findByRole("dialog", { name: "kim@harbour.example is invited" });
    expect(all).toEqual([
      {
        email: "kim@harbour.example",
        role: "msp_user",
        provider: "entra",
        expires_in_hours: 72,
        msp_id: fake.world.msps.find(({ name }) => name === "Harbour Light IT")?.id,
      },
    ]);
    expect(within(created).getByRole("group", { name: "Invite code" })).toHaveTextContent(inviteCode);
    expect(within(created).getByText(/It was not mailed/)).toBeVisible();
    expect(within(created).getByText(/Sign in with Microsoft/)).toBeVisible();
    await expectAccessible();
    await user.click(within(created).getByRole("button", { name: "Copy code" }));
    await waitFor(() => expect(fake.clipboard).toBe(inviteCode));
    await user.click(within(created).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.queryByText(inviteCode)).toBeNull();
    expect(await screen.findByText("kim@harbour.example")).toBeVisible();
  });

  it("shows that the code was mailed", async () => {
    const { user } = await openForm("mspAdmin", (fake) => {
      const { createInvite } = fake;
      fake.createInvite = async (invite) => ({ ...(await createInvite(invite)), mailed: true });
    });
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@harbour.example");
    await send(user);
    expect(await screen.findByText(/It was also mailed to kim@harbour\.example/)).toBeVisible();
  });

  it("starts an empty form for another", async () => {
    const { user } = await openForm("mspAdmin");
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@harbour.example");
    await send(user);
    await user.click(await screen.findByRole("button", { name: "Copy code" }));
    await user.click(await screen.findByRole("button", { name: "Invite another" }));
    expect(await screen.findByRole("textbox", { name: "Email" })).toHaveValue("");
    expect(screen.queryByText(inviteCode)).toBeNull();
  });

  it("shows what is missing before anything is sent", async () => {
    const { user, fake } = await openForm();
    await send(user);
    expect(await screen.findByText("Enter an email address, such as name@example.com.")).toBeVisible();
    expect(screen.getByText("Choose the MSP this person belongs to.")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Email" })).toBeInvalid();
    expect(fake.calls).not.toContain("createInvite");
    await expectAccessible();
  });

  it("refuses an invalid tenant id and an invalid domain", async () => {
    const { user, fake } = await openForm("mspAdmin");
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@harbour.example");
    await choose(user, "Sign-in provider", "Microsoft");
    await user.type(screen.getByRole("textbox", { name: /^Email domain/ }), "not a domain");
    await user.type(screen.getByRole("textbox", { name: /^Entra tenant id/ }), "not one");
    await send(user);
    expect(await screen.findByText(/A tenant id looks like/)).toBeVisible();
    expect(screen.getByText("Enter a domain, such as example.com.")).toBeVisible();
    expect(fake.calls).not.toContain("createInvite");
  });

  it("shows at the field that the server needs the tenant's id", async () => {
    const message = "Name one of the Entra ID tenants whose people may sign in.";
    const { user } = await openForm("mspAdmin", (fake) =>
      fake.fail("createInvite", new Problem("invalid", { field: "tenant", message })),
    );
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@harbour.example");
    await choose(user, "Sign-in provider", "Microsoft");
    await send(user);
    expect(await screen.findByText(message)).toBeVisible();
    expect(screen.getByRole("textbox", { name: /^Entra tenant id/ })).toBeInvalid();
  });

  it("shows a conflict at the address, with the server's message", async () => {
    const { user } = await openForm("mspAdmin");
    await user.type(screen.getByRole("textbox", { name: "Email" }), "lea@alpine.example");
    await send(user);
    expect(await screen.findByText("This address has an open invite already.")).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Email" })).toBeInvalid();
    expect(screen.getByRole("dialog")).toBeVisible();
  });

  it("shows an error of the server at its field", async () => {
    const { user } = await openForm("mspAdmin", (fake) =>
      fake.fail(
        "createInvite",
        new Problem("invalid", { field: "body.domain", message: "This is no domain of theirs." }),
      ),
    );
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@harbour.example");
    await user.type(screen.getByRole("textbox", { name: /^Google Workspace domain/ }), "harbour.example");
    await send(user);
    const line = await screen.findByText("This is no domain of theirs.");
    expect(screen.getByRole("textbox", { name: /^Google Workspace domain/ })).toHaveAccessibleDescription(
      line.textContent ?? "",
    );
  });

  it("keeps the form when sending fails, and shows why", async () => {
    const { user } = await openForm("mspAdmin", (fake) => fake.fail("createInvite", new Problem("offline")));
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@harbour.example");
    await send(user);
    const dialog = screen.getByRole("dialog");
    expect(await within(dialog).findByText(/The portal cannot be reached/)).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Email" })).toHaveValue("kim@harbour.example");
  });

  it("uses an MSP administrator's own MSP, and offers only the roles they may give", async () => {
    let all: NewInvite[] = [];
    const { user } = await openForm("mspAdmin", (fake) => {
      all = sent(fake);
    });
    expect(screen.queryByRole("combobox", { name: "MSP" })).toBeNull();
    await user.click(screen.getByRole("combobox", { name: "Role" }));
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual([
      "MSP administrator",
      "MSP user",
      "Client user",
    ]);
    await user.keyboard("{Escape}");
    await menuClosed();
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@alpine.example");
    await send(user);
    await screen.findByText("kim@alpine.example is invited");
    expect(all[0]?.msp_id).toBe(users.mspAdmin.grants[0]?.scope.msp_id);
  });

  it("asks for the client of a client's user, and for no node of an MSSP's user", async () => {
    let all: NewInvite[] = [];
    const { user, fake } = await openForm("admin", (fake) => {
      all = sent(fake);
      const elms = fake.world.clients.filter(
        ({ name, status }) => name.startsWith("Elm") && status === "active",
      );
      fake.world.clients = elms.slice(0, 3);
    });
    await choose(user, "Role", "MSSP staff");
    expect(screen.queryByRole("combobox", { name: "MSP" })).toBeNull();
    await choose(user, "Role", "Client user");
    expect(screen.queryByRole("combobox", { name: "MSP" })).toBeNull();
    await user.type(screen.getByRole("textbox", { name: "Email" }), "kim@elm.example");
    await send(user);
    expect(await screen.findByText("Choose the client this person belongs to.")).toBeVisible();
    const client = fake.world.clients.find(
      ({ name, status }) => name.startsWith("Elm") && status === "active",
    );
    await search(user, "Client", client?.name ?? "", new RegExp(client?.msp_name ?? ""));
    await send(user);
    await screen.findByText("kim@elm.example is invited");
    expect(all[0]).toMatchObject({ role: "client_user", client_id: client?.id });
    expect(all[0]).not.toHaveProperty("msp_id");
  });
});

describe("a new code for an invite", () => {
  async function askFor(email: string, prepare?: (fake: Fake) => void) {
    const app = open(prepare);
    await app.user.click(await screen.findByRole("button", { name: `New code for ${email}` }));
    return { ...app, dialog: await screen.findByRole("dialog", { name: `Make a new code for ${email}?` }) };
  }
  const make = (user: UserEvent) => user.click(screen.getByRole("button", { name: "Make new code" }));

  it("is offered for open and expired ones only", async () => {
    open();
    await grid();
    await screen.findByText("lea@alpine.example");
    const offered = screen.getAllByRole("button", { name: /^New code for/ });
    expect(offered.map((button) => button.getAttribute("aria-label"))).toEqual([
      "New code for lea@alpine.example",
      "New code for jonas@baltic.example",
      "New code for old@greenfield.example",
    ]);
  });

  it("is shown once, with the note that the old one no longer works", async () => {
    const { user, fake, dialog } = await askFor("old@greenfield.example");
    expect(within(dialog).getByText(/The old code stops working at once/)).toBeVisible();
    await expectAccessible();
    await make(user);
    const shown = await screen.findByRole("dialog", { name: "New code for old@greenfield.example" });
    expect(within(shown).getByRole("group", { name: "Invite code" })).toHaveTextContent(freshCode);
    expect(within(shown).getByText(/The old code no longer works.*It was not mailed/)).toBeVisible();
    expect(within(shown).queryByRole("button", { name: "Invite another" })).toBeNull();
    await expectAccessible();
    await user.click(within(shown).getByRole("button", { name: "Copy code" }));
    await user.click(within(shown).getByRole("button", { name: "Done" }));
    await waitFor(() => expect(screen.queryByText(freshCode)).toBeNull());
    expect(fake.world.invites.find(({ email }) => email === "old@greenfield.example")?.status).toBe("open");
  });

  it("shows that the invite was closed meanwhile", async () => {
    const { user } = await askFor("lea@alpine.example", (fake) =>
      fake.fail("resendInvite", new Problem("conflict")),
    );
    await make(user);
    expect(await screen.findByText(/This invite is closed: it was accepted or revoked/)).toBeVisible();
  });

  it("can be retried after a failure", async () => {
    const { user } = await askFor("lea@alpine.example", (fake) =>
      fake.fail("resendInvite", new Problem("offline"), 1),
    );
    await make(user);
    expect(await within(screen.getByRole("dialog")).findByText(/The portal cannot be reached/)).toBeVisible();
    await make(user);
    expect(await screen.findByText(freshCode)).toBeVisible();
  });
});

describe("revoking", () => {
  const revokeLea = async (prepare?: (fake: Fake) => void) => {
    const app = open(prepare);
    await app.user.click(
      await screen.findByRole("button", { name: "Revoke the invite of lea@alpine.example" }),
    );
    return {
      ...app,
      dialog: await screen.findByRole("dialog", { name: "Revoke the invite of lea@alpine.example?" }),
    };
  };

  it("names the address and has Cancel as its default", async () => {
    const { user, fake, dialog } = await revokeLea();
    expect(within(dialog).getByRole("button", { name: "Cancel" })).toHaveFocus();
    await expectAccessible();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(fake.calls).not.toContain("revokeInvite");
  });

  it("revokes and shows it in the list", async () => {
    const { user } = await revokeLea();
    await user.click(screen.getByRole("button", { name: "Revoke invite" }));
    expect(await screen.findByText("The invite of lea@alpine.example is revoked.")).toBeVisible();
    await waitFor(() =>
      expect(screen.queryByRole("button", { name: /^Revoke the invite of lea/ })).toBeNull(),
    );
  });

  it("shows that the invite is no longer open", async () => {
    const { user } = await revokeLea((fake) => fake.fail("revokeInvite", new Problem("conflict")));
    await user.click(screen.getByRole("button", { name: "Revoke invite" }));
    expect(await screen.findByText(/This invite is no longer open/)).toBeVisible();
  });
});
