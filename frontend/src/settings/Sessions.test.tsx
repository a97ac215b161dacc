import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";
import { deviceName } from "./device";

const open = (prepare: (fake: Fake) => void = () => undefined) =>
  renderApp({ signedIn: users.mspUser, path: "/settings/sessions", prepare });
const list = () => screen.findByRole("list", { name: "Your sessions" });
const lines = async () => within(await list()).getAllByRole("listitem");
const windows = /^Sign out FS Client Portal dev on Windows/;

describe("one's own sessions", () => {
  it("are reached from the account menu", async () => {
    const { user } = renderApp({ signedIn: users.mspUser });
    await user.click(await screen.findByRole("button", { name: "Account of Tom Brandt" }));
    await user.click(await screen.findByRole("menuitem", { name: "Your sessions" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Your sessions" })).toBeVisible();
  });

  it("are listed with device, begin and last use; this device is marked", async () => {
    open();
    const [here, other, unknown] = await lines();
    expect(here).toHaveTextContent(/FS Client Portal dev on Linux.*This device.*Signed in .*, .* · 1 d ago/);
    expect(other).toHaveTextContent(/on Windows.*Last used .*, .* · 3 h ago/);
    expect(other).not.toHaveTextContent("This device");
    expect(unknown).toHaveTextContent("Unknown device");
    await expectAccessible();
  });

  it("are ended one by one", async () => {
    const { user, fake } = open();
    await user.click(await screen.findByRole("button", { name: windows }));
    expect(await screen.findByText("The session has ended.")).toBeVisible();
    await waitFor(async () => expect(await lines()).toHaveLength(2));
    expect(fake.world.sessions.map(({ device }) => device)).not.toContain(
      "FS-Client-Portal/dev (windows; amd64)",
    );
  });

  it("can all be ended but the current one, after a confirmation", async () => {
    const { user, fake } = open();
    await user.click(await screen.findByRole("button", { name: "Sign out all others" }));
    const dialog = await screen.findByRole("dialog", { name: "Sign out all your other sessions?" });
    expect(within(dialog).getByText(/2 other sessions end at once/)).toBeVisible();
    await expectAccessible();
    await user.click(within(dialog).getByRole("button", { name: "Sign out all others" }));
    expect(await screen.findByText("2 sessions have ended.")).toBeVisible();
    expect(await screen.findByText("You are not signed in anywhere else.")).toBeVisible();
    expect(fake.world.sessions.map(({ current }) => current)).toEqual([true]);
    expect(screen.queryByRole("button", { name: "Sign out all others" })).toBeNull();
  });

  it("that ended meanwhile count as ended", async () => {
    const { user } = open((fake) => fake.fail("endSession", new Problem("not_found"), 1));
    await user.click(await screen.findByRole("button", { name: windows }));
    expect(await screen.findByText("The session has ended.")).toBeVisible();
  });

  it("that could not be ended stay, and their row shows why", async () => {
    const { user } = open((fake) => fake.fail("endSession", new Problem("offline")));
    await user.click(await screen.findByRole("button", { name: windows }));
    expect(await within(await list()).findByText(/The portal cannot be reached/)).toBeVisible();
    expect(await lines()).toHaveLength(3);
    await expectAccessible();
  });

  it("keep the dialog open when only some could be ended, with the number left", async () => {
    const { user, fake } = open();
    const { endSession } = fake;
    let calls = 0;
    fake.endSession = (id) => {
      calls += 1;
      return calls === 2 ? Promise.reject(new Problem("unavailable")) : endSession(id);
    };
    await user.click(await screen.findByRole("button", { name: "Sign out all others" }));
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Sign out all others" }));
    expect(await within(dialog).findByText(/The portal is not available/)).toBeVisible();
    expect(await within(dialog).findByText(/One other session ends at once/)).toBeVisible();
  });

  it("show why they could not be loaded, and retry", async () => {
    const { user } = open((fake) => fake.fail("sessions", new Problem("offline"), 1));
    expect(await screen.findByText("Not loaded yet")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await list()).toBeVisible();
  });

  it("end here by signing out", async () => {
    const { user, fake } = open();
    await user.click(await screen.findByRole("button", { name: "Sign out here" }));
    expect(await screen.findByRole("button", { name: "Sign in with Google" })).toBeVisible();
    expect(fake.calls).toContain("signOut");
  });
});

it.each([
  ["FS-Client-Portal/1.2.3 (darwin; arm64)", "FS Client Portal 1.2.3 on macOS"],
  ["FS-Client-Portal/1.2.3 (plan9; amd64)", "FS Client Portal 1.2.3 on plan9"],
  ["curl/8", "curl/8"],
  ["", "Unknown device"],
])("calls the device %s: %s", (device, name) => {
  expect(deviceName(device)).toBe(name);
});
