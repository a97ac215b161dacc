import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { users } from "../bridge/fake";
import { freshCode, inviteCode } from "../bridge/fakeInvites";
import { refusal } from "../bridge/fakeRefusals";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";

async function open() {
  const app = renderApp({ signedIn: users.clientUser, path: "/settings" });
  await app.user.click(await screen.findByRole("button", { name: "I have an invite code" }));
  return { ...app, field: await screen.findByRole("textbox", { name: "Invite code" }) };
}

describe("a further invite", () => {
  it("is accepted by its code, and its role can be chosen at once", async () => {
    const { user, fake, field } = await open();
    await expectAccessible();
    await user.type(field, ` ${inviteCode.replace("-", " \u2013 ")}{Enter}`);
    expect(await screen.findByText(/^You are now also MSP user at /)).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(await screen.findByRole("button", { name: /^Switch scope/ })).toBeVisible();
    expect((await fake.me()).grants).toHaveLength(users.clientUser.grants.length + 1);
  });

  it("has its field focused as soon as the dialog is open", async () => {
    const { field } = await open();
    await waitFor(() => expect(field).toHaveFocus());
  });

  it.each([
    ["a typing error", "wrong", "There is a typing error in this code."],
    ["a code of no open invite", freshCode, "There is no open invite with this code."],
  ])("shows why a code is refused, and keeps it: %s", async (_, code, sentence) => {
    const { user, field } = await open();
    await user.type(field, `${code}{Enter}`);
    expect(await screen.findByRole("alert")).toHaveTextContent(sentence);
    expect(field).toHaveValue(code);
    await expectAccessible();
  });

  it.each(["invite_code_invalid", "invite_closed", "invalid"] as const)(
    "says at the field what the portal says with %s",
    async (code) => {
      const { user, fake, field } = await open();
      fake.fail("claimInvite", new Problem(code, { message: "In the portal's own words." }), 1);
      await user.type(field, "K7QM{Enter}");
      expect(await screen.findByRole("alert")).toHaveTextContent(/^In the portal's own words\.$/);
      expect(field).toHaveAccessibleDescription("In the portal's own words.");
      expect(field).toHaveValue("K7QM");
    },
  );

  it("of another address names the one that is signed in, to copy for the administrator", async () => {
    const { user, fake, field } = await open();
    const problem = refusal("other_address");
    fake.fail("claimInvite", problem, 1);
    await user.type(field, `${inviteCode}{Enter}`);
    expect(await screen.findByText(`You are signed in as ${problem.signedInAs}.`)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Copy for your administrator" }));
    expect(fake.clipboard).toBe(
      `I cannot accept my invite to FS Client Portal: I am signed in as ${problem.signedInAs}. Please invite exactly this address.`,
    );
    await expectAccessible();
  });

  it("that gives nothing says so without an error", async () => {
    const { user, fake, field } = await open();
    fake.fail("claimInvite", refusal("nothing_gained"), 1);
    await user.type(field, `${inviteCode}{Enter}`);
    expect(
      await screen.findByText(/^This invite gives you nothing: you hold a role there already/),
    ).toBeVisible();
    expect(field).toHaveValue(inviteCode);
  });

  it("asks for the code before anything is sent", async () => {
    const { user, fake, field } = await open();
    await user.type(field, "{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Enter the code from your invite.");
    expect(fake.calls).not.toContain("claimInvite");
  });

  it("keeps the dialog when the portal cannot be reached", async () => {
    const { user, fake, field } = await open();
    fake.fail("claimInvite", new Problem("offline"), 1);
    await user.type(field, `${inviteCode}{Enter}`);
    expect(await screen.findByText(/The portal cannot be reached/)).toBeVisible();
    expect(field).toHaveValue(inviteCode);
  });
});
