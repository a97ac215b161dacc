import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";

const saved = /^Saved fs-client-portal-diagnostics-2026-11-30\.zip in \/home\/ada\/Documents\./;

const signedIn = async (path = "/settings") => {
  const app = renderApp({ signedIn: users.admin, path });
  await screen.findByRole("heading", { name: "Settings" });
  return app;
};

describe("saving diagnostics", () => {
  it("is in the menu of the account, under Help", async () => {
    const { fake, user } = await signedIn();
    await user.click(screen.getByRole("button", { name: /^Account of/ }));
    const menu = await screen.findByRole("menu");
    expect(within(menu).getByText("Help")).toBeInTheDocument();
    await expectAccessible();
    await user.click(within(menu).getByRole("menuitem", { name: "Save diagnostics" }));
    expect(await screen.findByText(saved)).toBeInTheDocument();
    expect(fake.calls.filter((call) => call === "saveDiagnostics")).toHaveLength(1);
  });

  it("is in the settings, which say what the file has", async () => {
    const { user } = await signedIn();
    expect(screen.getByText(/^A file for support: .* no names, addresses or tokens\.$/)).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Save diagnostics" }));
    expect(await screen.findByText(saved)).toBeInTheDocument();
  });

  it("is found among the commands", async () => {
    const { fake, user } = await signedIn();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "support log");
    await user.click(await screen.findByRole("option", { name: /Save diagnostics/ }));
    await waitFor(() => expect(fake.calls).toContain("saveDiagnostics"));
  });

  it("is possible before the sign-in", async () => {
    const { user } = renderApp();
    await user.click(await screen.findByRole("button", { name: "Save diagnostics" }));
    expect(await screen.findByText(saved)).toBeInTheDocument();
  });

  it("says nothing where no file was chosen", async () => {
    const { fake, user } = await signedIn();
    fake.fail("saveDiagnostics", new Problem("cancelled"), 1);
    await user.click(screen.getByRole("button", { name: "Save diagnostics" }));
    await waitFor(() => expect(fake.calls).toContain("saveDiagnostics"));
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.queryByText(saved)).toBeNull();
  });

  it("explains why the file could not be saved, and can be tried again", async () => {
    const { fake, user } = await signedIn();
    const message =
      "There is not enough space for the file. Free some, or choose another folder. Nothing was saved.";
    fake.fail("saveDiagnostics", new Problem("file_failed", { message }), 1);
    const button = screen.getByRole("button", { name: "Save diagnostics" });
    await user.click(button);
    expect(await screen.findByText(/There is not enough space/)).toBeInTheDocument();
    await user.click(button);
    await waitFor(() => expect(fake.calls.filter((call) => call === "saveDiagnostics")).toHaveLength(2));
  });
});
