import { act, render, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { App } from "../App";
import { standardAppearance } from "../bridge/appearance";
import { createFake, users } from "../bridge/fake";
import { setPortal } from "../bridge/portal";
import { Problem } from "../bridge/problem";
import { keys } from "../bridge/queries";
import { newQueryClient } from "../bridge/queryClient";
import { countCalls } from "../test/calls";
import { expectAccessible, menuClosed, renderApp } from "../test/render";
import { ageOf } from "./DataAge";

const railNames = async () => {
  const nav = await screen.findByRole("navigation", { name: "Main menu" });
  return within(nav)
    .getAllByRole("link")
    .map((link) => link.getAttribute("aria-label"));
};

describe("the rail shows what the role permits", () => {
  it.each([
    ["admin", ["Overview", "MSPs", "Clients", "Changes", "Admin"]],
    ["staff", ["Overview", "MSPs", "Clients", "Changes", "Products & sync"]],
    ["mspAdmin", ["Overview", "My MSP", "Clients", "Changes", "Admin"]],
    ["mspUser", ["Overview", "My MSP", "Clients", "Changes"]],
    ["clientUser", ["Overview", "My company", "Changes"]],
  ] as const)("%s", async (who, names) => {
    renderApp({ signedIn: users[who] });
    expect(await railNames()).toEqual(names);
  });

  it("links a user of one MSP to that MSP", async () => {
    renderApp({ signedIn: users.mspUser });
    const own = await screen.findByRole("link", { name: "My MSP" });
    expect(own).toHaveAttribute("href", "#/msps");
  });
});

describe("the frame", () => {
  it("marks the syncs in the menu of staff", async () => {
    renderApp({ signedIn: users.staff, path: "/syncs" });
    await screen.findByRole("heading", { level: 1, name: "Products & sync" });
    const nav = screen.getByRole("navigation", { name: "Main menu" });
    expect(within(nav).getByRole("link", { current: "page" })).toHaveAccessibleName("Products & sync");
  });

  it("marks Admin in the menu on the syncs too, which are a tab of it", async () => {
    renderApp({ signedIn: users.admin, path: "/syncs" });
    const nav = await screen.findByRole("navigation", { name: "Main menu" });
    const marked = () => within(nav).queryAllByRole("link", { current: true });
    await waitFor(() => expect(marked()).toEqual([within(nav).getByRole("link", { name: "Admin" })]));
  });

  it("names scope and role, and can be read by assistive technology", async () => {
    renderApp({ signedIn: users.admin });
    const scope = await screen.findByRole("group", { name: "Scope" });
    expect(scope).toHaveTextContent("Northwind Security");
    expect(scope).toHaveTextContent("MSSP administrator");
    expect(await screen.findByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    await expectAccessible();
  });

  it("lets the keyboard skip the menu", async () => {
    const { user } = renderApp({ signedIn: users.admin });
    const skip = await screen.findByRole("button", { name: "Skip to the content" });
    await user.tab();
    expect(skip).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(screen.getByRole("main")).toHaveFocus();
  });

  it("folds its menu and keeps the names for assistive technology", async () => {
    const { user } = renderApp({ signedIn: users.admin });
    await user.click(await screen.findByRole("button", { name: "Collapse menu" }));
    expect(screen.queryByText("Overview", { selector: "nav span" })).toBeNull();
    expect(await railNames()).toEqual(["Overview", "MSPs", "Clients", "Changes", "Admin"]);
    await user.click(screen.getByRole("button", { name: "Expand menu" }));
    expect(screen.getByText("Overview", { selector: "nav span" })).toBeVisible();
  });

  it("refuses a page the role does not include", async () => {
    renderApp({ signedIn: users.mspUser, path: "/admin" });
    expect(await screen.findByText("Your role does not include this page")).toBeVisible();
    expect(screen.getByText(/You act as MSP user at Alpine IT Services/)).toBeVisible();
  });

  it("shows a page for an unknown address, with a link back", async () => {
    const { user } = renderApp({ signedIn: users.admin, path: "/nowhere" });
    expect(await screen.findByText("Page not found")).toBeVisible();
    await user.click(screen.getByRole("link", { name: "Go to Overview" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  });

  it("switches light and dark from the account menu", async () => {
    const { user } = renderApp({ signedIn: users.admin });
    await user.click(await screen.findByRole("button", { name: "Account of Ada Lindqvist" }));
    await expectAccessible();
    await user.click(await screen.findByRole("menuitemradio", { name: "Dark" }));
    await waitFor(() => expect(document.documentElement).toHaveAttribute("data-theme", "dark"));
  });
});

describe("acting under another grant", () => {
  it("shows the new scope from its Overview on, and nothing of the old one", async () => {
    const { user, fake } = renderApp({ signedIn: users.severalGrants, path: "/settings" });
    await user.click(await screen.findByRole("button", { name: "Switch scope, now Northwind Security" }));
    await user.click(await screen.findByRole("menuitem", { name: /Baltic Managed Systems/ }));
    await menuClosed();
    await screen.findByRole("button", { name: "Switch scope, now Baltic Managed Systems" });
    expect(fake.calls).toContain("useGrant");
    expect(await screen.findByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    expect(await railNames()).toEqual(["Overview", "My MSP", "Clients", "Changes"]);
  });

  it("stays on the old scope when the switch fails, and shows why", async () => {
    const { user, fake } = renderApp({ signedIn: users.severalGrants });
    fake.fail("useGrant", new Problem("offline"));
    await user.click(await screen.findByRole("button", { name: /Switch scope/ }));
    await user.click(await screen.findByRole("menuitem", { name: /Alpine IT Services/ }));
    await menuClosed();
    expect(await screen.findByText("Could not switch to Alpine IT Services.")).toBeVisible();
    expect(screen.getByRole("button", { name: "Switch scope, now Northwind Security" })).toBeVisible();
  });
});

describe("the palette", () => {
  async function open(who: keyof typeof users = "admin") {
    const app = renderApp({ signedIn: users[who] });
    await screen.findByRole("button", { name: "Search or go to" });
    await app.user.keyboard("{Control>}k{/Control}");
    return { ...app, field: await screen.findByRole("combobox", { name: "Search and commands" }) };
  }

  it("opens on Ctrl+K with the focus in its field, and closes on Escape", async () => {
    const { user, field } = await open();
    expect(field).toHaveFocus();
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("combobox")).toBeNull());
  });

  it("runs a command by keyboard alone", async () => {
    const { user } = await open();
    await user.keyboard("settings{Enter}");
    expect(await screen.findByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  });

  it("finds MSPs and clients, and opens the one chosen with the arrows", async () => {
    const { user, field } = await open();
    await user.keyboard("kestrel");
    const first = await screen.findByRole("option", { name: "Kestrel Managed IT" });
    expect(first).toHaveAttribute("aria-selected", "true");
    await user.keyboard("{ArrowDown}");
    expect(first).toHaveAttribute("aria-selected", "false");
    const second = screen.getAllByRole("option")[1] as HTMLElement;
    expect(field).toHaveAttribute("aria-activedescendant", second.id);
    await user.keyboard("{ArrowUp}{Enter}");
    await waitFor(() => expect(window.location.hash).toMatch(/^#\/msps\/0195a000/));
  });

  it("shows the search text when nothing matches", async () => {
    const { user } = await open();
    await user.keyboard("zzzz");
    expect(await screen.findByText("Nothing matches zzzz.")).toHaveRole("status");
  });

  it("does not search MSPs for a role that may not see them", async () => {
    const { user, fake } = await open("clientUser");
    await user.keyboard("aldgate");
    await screen.findByRole("option", { name: /Aldgate Bakery Ltd/ });
    expect(fake.calls).not.toContain("msps");
  });

  it("offers only screens the role may open", async () => {
    await open("mspUser");
    expect(screen.getByRole("option", { name: "Go to My MSP" })).toBeVisible();
    expect(screen.queryByRole("option", { name: "Go to Admin" })).toBeNull();
    expect(screen.queryByRole("option", { name: "Go to Products & sync" })).toBeNull();
  });
});

describe("when the portal cannot be reached", () => {
  it("shows since when, keeps the frame, and hides the banner after the next reply", async () => {
    const { user, fake } = renderApp({ signedIn: users.admin });
    await screen.findByText(/^Updated/);
    fake.fail("overview", new Problem("offline"));
    act(() => window.dispatchEvent(new Event("focus")));
    await user.keyboard("{Control>}k{/Control}");
    fake.fail("search", new Problem("offline"));
    await user.keyboard("heron");
    expect(await screen.findByText(/only commands are listed/)).toBeVisible();
    await user.keyboard("{Escape}");
    expect(await screen.findByText(/Offline since/)).toBeVisible();
    expect(screen.getByText(/^Updated/)).toBeVisible();
    fake.fail("overview");
    fake.fail("search");
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(screen.queryByText(/Offline since/)).toBeNull());
  });
});

describe("the cause of an outage", () => {
  it("is shown once above a page that could not be loaded, with the address", async () => {
    const why = new Problem("unavailable", {
      cause: "gateway",
      message: "A gateway replied with HTTP 502. Try again in a few minutes.",
      address: "https://portal.example.com",
    });
    const { user, fake } = renderApp({
      signedIn: users.admin,
      path: "/clients",
      prepare: (fake) => fake.fail("clients", why),
    });
    expect(await screen.findByText("Not loaded yet")).toBeVisible();
    const banner = screen.getByRole("alert");
    expect(banner).toHaveTextContent(
      /^The portal has been unavailable since .* A gateway replied with HTTP 502/,
    );
    expect(banner).toHaveTextContent("Address: https://portal.example.com");
    await expectAccessible();
    fake.fail("clients");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(screen.queryByText("Not loaded yet")).toBeNull());
  });
});

describe("data that a later sync brought", () => {
  it("is refetched by the list on screen once the top bar shows it, and not before", async () => {
    const fake = createFake({ signedIn: users.admin });
    fake.world.clients = fake.world.clients.slice(0, 3);
    setPortal(fake);
    window.location.hash = "/clients";
    const queries = newQueryClient();
    render(<App queries={queries} appearance={standardAppearance} />);
    await screen.findByText("3 in total");
    const lookAgain = () => queries.refetchQueries({ queryKey: keys.overview("mssp_admin@all") });
    await lookAgain();
    const before = countCalls(fake, "clients");
    await lookAgain();
    expect(countCalls(fake, "clients")).toBe(before);
    fake.world.dataAsOf = new Date().toISOString();
    await lookAgain();
    await waitFor(() => expect(countCalls(fake, "clients")).toBe(before + 1));
  });
});

describe("the age of the data", () => {
  const now = new Date("2026-05-02T12:00:00Z");
  const failed = { kind: "sync_failed" as const, severity: "error" as const, name: "", detail: "" };
  const unmarked = { handler: null, snooze: null };
  const nothing = {
    ...unmarked,
    msp_id: null,
    client_id: null,
    run_id: null,
    at: null,
    count: null,
    since: null,
  };
  it.each([
    ["fresh", "2026-05-02T09:00:00Z", []],
    ["stale", "2026-05-01T09:00:00Z", []],
    ["failed", "2026-05-02T09:00:00Z", [{ ...failed, ...nothing }]],
    ["never", null, []],
    ["failedNever", null, [{ ...failed, ...nothing }]],
    ["review", "2026-05-02T09:00:00Z", [{ ...failed, ...nothing, kind: "needs_review" as const }]],
    ["reviewNever", null, [{ ...failed, ...nothing, kind: "needs_review" as const }]],
    [
      "paused",
      "2026-05-01T09:00:00Z",
      [{ ...failed, ...nothing, kind: "sync_stale" as const, detail: "paused" }],
    ],
    ["partial", "2026-05-02T09:00:00Z", [{ ...failed, ...nothing, kind: "sync_partial" as const }]],
    ["stale", "2026-05-01T09:00:00Z", [{ ...failed, ...nothing, kind: "sync_partial" as const }]],
    ["stale", "2026-05-02T09:00:00Z", [{ ...failed, ...nothing, kind: "sync_stale" as const }]],
  ])("is %s for data of %s", (age, data_as_of, attention) => {
    expect(ageOf({ data_as_of, attention }, now)).toBe(age);
  });
});
