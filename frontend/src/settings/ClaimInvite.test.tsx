import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { people } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";

async function open() {
  const app = renderApp({ signedIn: people.clientUser, path: "/settings" });
  await app.user.click(await screen.findByRole("button", { name: "I have an invite code" }));
  return { ...app, field: await screen.findByRole("textbox", { name: "Invite code" }) };
}

describe("a further invite", () => {
  it("is accepted by its code, and its role can be chosen at once", async () => {
    const { user, fake, field } = await open();
    await expectAccessible();
    await user.type(field, " K7QM \u2013 2VXD-94TB{Enter}");
    expect(await screen.findByText(/^You are MSP user at .* too/)).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(await screen.findByRole("button", { name: /^Switch scope/ })).toBeVisible();
    expect((await fake.me()).grants).toHaveLength(people.clientUser.grants.length + 1);
  });

  it("shows why a code is refused, and keeps it", async () => {
    const { user, field } = await open();
    await user.type(field, "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no open invite with this code.");
    expect(field).toHaveValue("wrong");
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

  it("asks for the code before anything is sent", async () => {
    const { user, fake, field } = await open();
    await user.type(field, "{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Enter the code from your invite.");
    expect(fake.calls).not.toContain("claimInvite");
  });

  it("keeps the dialog when the portal cannot be reached", async () => {
    const { user, fake, field } = await open();
    fake.fail("claimInvite", new Problem("offline"), 1);
    await user.type(field, "K7QM-2VXD-94TB{Enter}");
    expect(await screen.findByText(/The portal cannot be reached/)).toBeVisible();
    expect(field).toHaveValue("K7QM-2VXD-94TB");
  });
});
