import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { id } from "../bridge/fakeBasics";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

const few = ({ world }: Fake) => {
  world.msps = world.msps.slice(0, 3);
  world.clients = world.clients.slice(0, 3);
  world.users = world.users.slice(0, 3);
};
const heading = (name: string, level = 1) => screen.findByRole("heading", { level, name });
const panel = (name: string) => screen.findByRole("complementary", { name });
const nothing = id("ffff", 4711);

describe("a link", () => {
  it.each(["client", "msp"] as const)("opens a %s in the running app", async (kind) => {
    const { fake } = renderApp({ signedIn: users.admin, prepare: few });
    await heading("Overview");
    const row = kind === "client" ? fake.world.clients[1] : fake.world.msps[1];
    act(() => fake.openLink(`fsportal://${kind}/${row?.id}`));
    expect(await panel(row?.name ?? "")).toBeVisible();
    expect(window.location.hash).toBe(`#/${kind}s/${row?.id}`);
  });

  it("opens a user and a sync run", async () => {
    const { fake } = renderApp({ signedIn: users.admin, prepare: few });
    await heading("Overview");
    act(() => fake.openLink(`fsportal://user/${fake.world.users[1]?.id}`));
    await waitFor(() => expect(window.location.hash).toBe(`#/admin/users/${fake.world.users[1]?.id}`));
    expect(await panel(fake.world.users[1]?.name ?? "")).toBeVisible();
    act(() => fake.openLink(`fsportal://run/${fake.world.runs[0]?.id}`));
    await waitFor(() => expect(window.location.hash).toBe(`#/syncs/${fake.world.runs[0]?.id}`));
  });

  it("with which the app was started is opened once the session is restored", async () => {
    const prepare = (fake: Fake) => {
      few(fake);
      fake.openLink(`fsportal://client/${fake.world.clients[0]?.id}`);
    };
    const { fake } = renderApp({ signedIn: users.admin, prepare });
    expect(await panel(fake.world.clients[0]?.name ?? "")).toBeVisible();
  });

  it("waits until the user has signed in", async () => {
    const { fake, user } = renderApp({ prepare: few });
    const google = await screen.findByRole("button", { name: "Sign in with Google" });
    act(() => fake.openLink(`fsportal://client/${fake.world.clients[2]?.id}`));
    expect(await screen.findByText("The link you opened is shown once you are signed in.")).toBeVisible();
    await expectAccessible();
    await user.click(google);
    await screen.findByText("Continue in your browser");
    act(() => fake.finishSignIn(users.admin));
    expect(await panel(fake.world.clients[2]?.name ?? "")).toBeVisible();
  });

  it("waits until a dialog is closed, and loses nothing that was typed", async () => {
    const { fake, user } = renderApp({ signedIn: users.admin, prepare: few, path: "/admin" });
    await user.click(await screen.findByRole("button", { name: "Invite MSP user" }));
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByRole("textbox", { name: "Email" }), "ada@example.com");
    act(() => fake.openLink(`fsportal://client/${fake.world.clients[0]?.id}`));
    expect(
      await screen.findByText("The link you opened is shown once you have finished here."),
    ).toBeVisible();
    expect(within(dialog).getByRole("textbox", { name: "Email" })).toHaveValue("ada@example.com");
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await menuClosed();
    expect(await panel(fake.world.clients[0]?.name ?? "")).toBeVisible();
  });

  it.each([
    "https://evil.example",
    "fsportal://settings/x",
    `fsportal://client/${nothing}/..`,
    "fsportal://client/42",
  ])("that is not the portal's says so and changes nothing: %s", async (text) => {
    const { fake } = renderApp({ signedIn: users.admin, prepare: few, path: "/msps?q=al" });
    await heading("MSPs");
    act(() => fake.openLink(text));
    expect(await screen.findByText("This link is not one of the portal's.")).toBeVisible();
    expect(window.location.hash).toBe("#/msps?q=al");
  });

  it("that is not the portal's says so to a user who is signed out", async () => {
    const { fake } = renderApp();
    await screen.findByRole("button", { name: "Sign in with Google" });
    act(() => fake.openLink("x"));
    expect(await screen.findByText("This link is not one of the portal's.")).toBeVisible();
  });

  it.each([
    ["what does not exist", users.mspUser, () => nothing],
    ["another MSP's client", users.mspUser, foreign],
    ["another client for a client's user", users.clientUser, foreign],
  ] as const)("to %s shows the same as nothing", async (_, as, idOf) => {
    const { fake } = renderApp({ signedIn: as });
    await screen.findByRole("navigation", { name: "Main menu" });
    act(() => fake.openLink(`fsportal://client/${idOf(fake)}`));
    expect(await screen.findByRole("heading", { name: "Not found" })).toBeVisible();
  });
});

/** A client of another MSP than the fake's users of an MSP and a client. */
function foreign({ world }: Fake): string {
  const own = users.mspUser.grants[0]?.scope.msp_id;
  return world.clients.find(({ msp_id }) => msp_id !== null && msp_id !== own)?.id ?? "";
}
