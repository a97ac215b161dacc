import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";

const address = "https://it.northwind.example/portal";
const managed = { api_url_managed: true, managed_by_name: "Northwind IT", managed_by_url: address };

const google = () => screen.findByRole("button", { name: "Sign in with Google" });
const microsoft = () => screen.findByRole("button", { name: "Sign in with Microsoft" });

describe("the first screen", () => {
  it("names who manages a locked address, and opens their page", async () => {
    const { user, fake } = renderApp({ startup: managed });
    await google();
    expect(screen.queryByRole("button", { name: "Change" })).toBeNull();
    await expectAccessible();
    const link = screen.getByRole("button", { name: "Managed by Northwind IT" });
    expect(link).toHaveAccessibleDescription(address);
    await user.click(link);
    await waitFor(() => expect(fake.browsed).toEqual([address]));
  });

  it("names the organisation where policy has no name, without a link where it has no page", async () => {
    renderApp({ startup: { api_url_managed: true } });
    await google();
    expect(screen.getByText("Managed by your organisation")).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Managed by/ })).toBeNull();
  });

  it("shows the name as text", async () => {
    renderApp({
      startup: { ...managed, managed_by_name: "<b>$t(words.product)</b> {{x}}", managed_by_url: "" },
    });
    await google();
    expect(screen.getByText("Managed by <b>$t(words.product)</b> {{x}}")).toBeVisible();
  });

  it("shows the address where the browser does not open", async () => {
    const { user } = renderApp({
      startup: managed,
      prepare: (fake) => fake.fail("openManagedBy", new Problem("browser_failed")),
    });
    await google();
    await user.click(screen.getByRole("button", { name: "Managed by Northwind IT" }));
    expect(await screen.findByText(`Could not open the browser. The address is ${address}`)).toBeVisible();
  });

  it("says nothing where nothing is locked", async () => {
    renderApp({ startup: { managed_by_name: "Northwind IT", managed_by_url: address } });
    await google();
    expect(screen.queryByText(/Managed by/)).toBeNull();
  });

  it("says that policy hides a sign-in button", async () => {
    renderApp({ startup: { providers: ["entra"], managed_by_name: "Northwind IT" } });
    expect(await microsoft()).toBeEnabled();
    expect(screen.queryByRole("button", { name: "Sign in with Google" })).toBeNull();
    expect(screen.getByText(/^Other ways to sign in are not allowed on this computer/)).toHaveTextContent(
      "Managed by Northwind IT",
    );
    await expectAccessible();
  });

  it("says nothing where policy allows every way to sign in", async () => {
    renderApp({ startup: { providers: ["entra", "google"] } });
    await google();
    expect(screen.queryByText(/Managed by/)).toBeNull();
  });

  it("says that policy allows none of the portal's ways to sign in", async () => {
    renderApp({
      startup: { providers: ["entra"], managed_by_name: "Northwind IT" },
      prepare: (fake) => Object.assign(fake, { providers: () => Promise.resolve([]) }),
    });
    const text = await screen.findByText(/^The portal has no way to sign in that is allowed/);
    expect(text).toHaveTextContent("Managed by Northwind IT");
  });
});

describe("the settings", () => {
  const open = async (startup: object, as = users.admin) => {
    renderApp({ signedIn: as, path: "/settings", startup });
    await screen.findByRole("heading", { level: 1, name: "Settings" });
    return (label: string) => screen.queryByText(label, { selector: "dt" })?.nextElementSibling;
  };

  it("name who manages what is locked", async () => {
    const value = await open({ ...managed, providers: ["google"], allow_export: false });
    expect(value("Portal")).toHaveTextContent("https://portal.northwind.example · Managed by Northwind IT");
    expect(value("Sign-in")).toHaveTextContent("Google · Managed by Northwind IT");
    expect(value("Exports")).toHaveTextContent("Not allowed on this computer · Managed by Northwind IT");
    await expectAccessible();
  });

  it("show no managed value where nothing is locked", async () => {
    const value = await open({ managed_by_name: "Northwind IT" });
    expect(value("Portal")).toHaveTextContent(/^https:\/\/portal\.northwind\.example$/);
    expect(value("Sign-in")).toBeUndefined();
    expect(value("Exports")).toBeUndefined();
  });
});
