import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { dayIn } from "../i18n/format";
import { expectAccessible, renderApp } from "../test/render";

const open = (prepare: (fake: Fake) => void = () => undefined) =>
  renderApp({ signedIn: users.admin, path: "/settings", prepare });
const field = () => screen.findByRole("combobox", { name: "Time zone" });
const save = () => screen.getByRole("button", { name: "Save time zone" });

describe("the organisation's time zone", () => {
  it("is shown, and saved once it is changed", async () => {
    const { user, fake } = open();
    expect(await field()).toHaveValue("UTC");
    expect(save()).toBeDisabled();
    await expectAccessible();
    await user.clear(await field());
    await user.type(await field(), "buenos aires");
    const found = within(await screen.findByRole("listbox")).getAllByRole("option");
    expect(found.map((option) => option.textContent)).toEqual(["America/Argentina/Buenos_Aires"]);
    await user.keyboard("{ArrowDown}{Enter}");
    await user.click(save());
    expect(await screen.findByText("The time zone is now America/Argentina/Buenos_Aires.")).toBeVisible();
    expect(fake.world.timeZone).toBe("America/Argentina/Buenos_Aires");
    await waitFor(() => expect(save()).toBeDisabled());
    expect(fake.calls.at(-1)).toBe("me");
  });

  it("shows when no zone matches", async () => {
    const { user } = open();
    await user.clear(await field());
    await user.type(await field(), "Mars");
    expect(await screen.findByText("No time zone matches")).toBeVisible();
  });

  it("is shown as refused at its field", async () => {
    const refused = new Problem("invalid", { field: "time_zone", message: 'There is no time zone "UTC".' });
    const { user } = open((fake) => fake.fail("changeOrganisation", refused));
    await user.type(await field(), "{Control>}a{/Control}Berlin{ArrowDown}{Enter}");
    await user.click(save());
    await waitFor(async () => expect(await field()).toHaveAccessibleDescription(/There is no time zone/));
    await expectAccessible();
  });

  it("stays chosen when saving fails, and the form shows why", async () => {
    const { user, fake } = open((fake) => fake.fail("changeOrganisation", new Problem("offline")));
    await user.type(await field(), "{Control>}a{/Control}Berlin{ArrowDown}{Enter}");
    await user.click(save());
    expect(await screen.findByText(/The portal cannot be reached/)).toBeVisible();
    expect(await field()).toHaveValue("Europe/Berlin");
    expect(fake.world.timeZone).toBe("UTC");
    expect(save()).toBeEnabled();
  });

  const section = async () =>
    within((await screen.findByRole("heading", { name: "Organisation" })).closest("section") as HTMLElement);

  it("shows why it could not be loaded, and retries", async () => {
    const { user } = open((fake) => fake.fail("organisation", new Problem("offline"), 1));
    expect(await (await section()).findByText("Not loaded yet")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await field()).toHaveValue("UTC");
  });

  it("shows when it may no longer be seen", async () => {
    open((fake) => fake.fail("organisation", new Problem("forbidden")));
    expect(await (await section()).findByRole("alert")).toHaveTextContent(/role/);
  });

  it("is for administrators only", async () => {
    renderApp({ signedIn: users.staff, path: "/settings" });
    expect(await screen.findByRole("heading", { name: "About" })).toBeVisible();
    expect(screen.queryByRole("heading", { name: "Organisation" })).toBeNull();
  });
});

describe("expiry", () => {
  it("is counted from the day in the organisation's zone", async () => {
    const west = dayIn("Pacific/Pago_Pago", new Date());
    const lists = (zone: string) => (fake: Fake) => {
      fake.world.timeZone = zone;
      fake.world.clients = fake.world.clients.slice(0, 1).map((one) => ({ ...one, expires_on: west }));
    };
    const { unmount } = renderApp({
      signedIn: users.admin,
      path: "/clients",
      prepare: lists("Pacific/Pago_Pago"),
    });
    expect(await screen.findByText(/ · today$/)).toBeVisible();
    unmount();
    renderApp({ signedIn: users.admin, path: "/clients", prepare: lists("Pacific/Kiritimati") });
    expect(await screen.findByText(/ · (yesterday|2 d ago)$/)).toBeVisible();
  });
});
