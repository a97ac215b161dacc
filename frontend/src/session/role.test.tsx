import { act, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import type { Role } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { renderApp } from "../test/render";

/** Changes the role of the signed-in user, as an administrator elsewhere could. */
function give(fake: Fake, name: keyof typeof users, role: Role) {
  const held = fake.world.users.find(({ id }) => id === users[name].user.id)?.grants[0];
  if (held) held.role = role;
}

async function openClients(who: keyof typeof users = "mspAdmin", path = "/admin") {
  const prepare = (fake: Fake) => {
    fake.world.clients = fake.world.clients.slice(0, 3);
  };
  const app = renderApp({ signedIn: users[who], path, prepare });
  await screen.findByRole("heading", { level: 1 });
  await waitFor(() => expect(app.fake.calls).toContain(path === "/admin" ? "invites" : "clients"));
  return app;
}

it("shows a notice and a permitted screen after a role was reduced", async () => {
  const { fake, user } = await openClients();
  give(fake, "mspAdmin", "msp_user");
  await user.click(screen.getByRole("link", { name: "Users" }));
  expect(
    await screen.findByText("Your role has changed: you are now MSP user at Alpine IT Services."),
  ).toBeVisible();
  expect(await screen.findByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  expect(screen.queryByRole("link", { name: "Admin" })).toBeNull();
});

it("shows a notice and stays on the screen after a role was extended", async () => {
  const { fake, user } = await openClients("staff", "/clients");
  give(fake, "staff", "mssp_admin");
  await user.click(await screen.findByRole("gridcell", { name: /^Aldgate Bakery Ltd/ }));
  expect(await screen.findByText(/^Your role has changed: you are now MSSP administrator/)).toBeVisible();
  expect(screen.getByRole("heading", { level: 1, name: "Clients" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Admin" })).toBeVisible();
});

it("shows no notice after a refusal that did not change the role", async () => {
  const { fake, user } = await openClients();
  fake.fail("users", new Problem("forbidden"));
  await user.click(screen.getByRole("link", { name: "Users" }));
  expect(await screen.findByText("Your role does not include this")).toBeVisible();
  await waitFor(() => expect(fake.calls).toContain("me"));
  expect(screen.queryByText(/Your role has changed/)).toBeNull();
});

it("shows the sign-in screen with the reason when no role is left", async () => {
  const { fake, user } = await openClients();
  fake.fail("me", new Problem("grant_changed"));
  fake.fail("users", new Problem("grant_changed"));
  await user.click(screen.getByRole("link", { name: "Users" }));
  expect(await screen.findByText("You have been signed out")).toBeVisible();
  expect(screen.getByText(/Your role has changed/)).toBeVisible();
});

it("reloads the role when the window gets the focus after a while", async () => {
  const { fake } = await openClients("staff", "/clients");
  give(fake, "staff", "mssp_admin");
  const { now } = Date;
  Date.now = () => now() + 60_000;
  try {
    act(() => window.dispatchEvent(new Event("focus")));
    expect(await screen.findByText(/^Your role has changed: you are now MSSP administrator/)).toBeVisible();
  } finally {
    Date.now = now;
  }
});
