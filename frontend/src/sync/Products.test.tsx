import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { run } from "../bridge/fakeRecords";
import { syncStates } from "../bridge/fakeStates";
import type { SyncRun } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { countCalls } from "../test/calls";
import { expectAccessible, renderApp } from "../test/render";
import { connectionState } from "./connectionState";

const open = (state?: keyof typeof syncStates, prepare: (fake: Fake) => void = () => undefined) =>
  renderApp({
    signedIn: users.admin,
    path: "/syncs",
    prepare: (fake) => {
      fake.world.runs = fake.world.runs.slice(0, 4);
      if (state) syncStates[state](fake.world);
      prepare(fake);
    },
  });
const card = (customer = "120451") => screen.findByRole("article", { name: `Heimdal, customer ${customer}` });

describe("the state of a connection", () => {
  const now = new Date("2026-05-02T12:00:00Z");
  const fine = { paused: false, last_run: null, last_complete: "2026-05-02T09:00:00Z", failures_in_a_row: 0 };
  it.each([
    ["fresh", fine],
    ["stale", { ...fine, last_complete: "2026-05-01T09:00:00Z" }],
    ["never", { ...fine, last_complete: null }],
    ["failing", { ...fine, failures_in_a_row: 2 }],
    ["partial", { ...fine, last_run: run(1, { status: "partial" }) }],
    ["failing", { ...fine, last_run: run(1, { status: "partial" }), failures_in_a_row: 1 }],
    ["paused", { ...fine, paused: true, failures_in_a_row: 2 }],
  ])("is %s", (state, connection) => {
    expect(connectionState(connection, now)).toBe(state);
  });
});

describe("the connections", () => {
  it("show product, customer, host, end of the key, age of the data and the next sync", async () => {
    open();
    const row = within(await card());
    for (const text of [
      "Up to date",
      "120451",
      "dashboard.heimdalsecurity.com",
      "ends in 7f3a",
      /· in 6 h$/,
    ]) {
      expect(row.getByText(text)).toBeVisible();
    }
    await expectAccessible();
  });

  it("show since when and why they fail, with a link to the run", async () => {
    const { user } = open("failing");
    const row = within(await card());
    expect(await row.findByText(/^Failing since \w+ \d+, \d{4}, \d+:\d+ [AP]M$/)).toBeVisible();
    expect(row.getByRole("alert")).toHaveTextContent(
      /The last 3 syncs failed\. Heimdal does not accept the API key/,
    );
    await user.click(row.getByRole("link", { name: "See the run" }));
    expect(await screen.findByText("This sync failed")).toBeVisible();
  });

  it("name the MSPs that could not be read, with a link to the run", async () => {
    const { user } = open("partial");
    const row = within(await card());
    expect(await row.findByText("Some MSPs not read")).toBeVisible();
    expect(row.getByRole("alert")).toHaveTextContent(
      /The clients of 2 MSPs could not be read: .+, .+\. They stay unchanged\./,
    );
    await expectAccessible();
    await user.click(row.getByRole("link", { name: "See the run" }));
    expect(await screen.findByText("The clients of 2 MSPs could not be read")).toBeVisible();
  });

  it("can be added where there is none", async () => {
    const { user } = open("unconnected");
    expect(await screen.findByText("No product connected yet")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getAllByRole("button", { name: "Add product" })[1] as HTMLElement);
    expect(await screen.findByRole("dialog", { name: "Add a product" })).toBeVisible();
  });

  it("show why they could not be loaded, without hiding the syncs", async () => {
    open(undefined, (fake) => fake.fail("connections", new Problem("internal", { requestId: "req-9" })));
    expect(await screen.findByText("Request id: req-9")).toBeVisible();
    expect(await screen.findByRole("grid", { name: "Syncs" })).toBeVisible();
  });

  it("stay when a refetch fails, and show that", async () => {
    const { user, fake } = open();
    await card();
    fake.fail("connections", new Problem("internal"));
    await user.click(await screen.findByRole("button", { name: /^Sync now/ }));
    expect(await screen.findByText(/Could not update the products/)).toBeVisible();
    expect(await card()).toBeVisible();
  });

  // The list of runs follows those it holds; a card's run may be in none of its pages.
  it("follow their run by its events though the runs cannot be listed", async () => {
    const { fake } = open("running", (opened) => opened.fail("syncs", new Problem("internal")));
    const row = within(await card());
    expect(await row.findByText("Syncing")).toBeVisible();
    await waitFor(() => expect(fake.calls).toContain("watchSync"));
    const before = countCalls(fake, "connections");
    const tell = (change: Partial<SyncRun>) => {
      fake.world.runs = fake.world.runs.map((one, i) => (i === 0 ? { ...one, ...change } : one));
    };
    tell({ seen: 4321 });
    expect(await row.findByText("Sync under way: 4,321 customers read so far")).toBeVisible();
    expect(countCalls(fake, "connections")).toBe(before);
    const overviews = countCalls(fake, "overview");
    tell({ status: "complete", finished_at: new Date().toISOString() });
    expect(await row.findByText("Up to date")).toBeVisible();
    await waitFor(() => expect(countCalls(fake, "overview")).toBeGreaterThan(overviews));
    await waitFor(() => expect(countCalls(fake, "connections")).toBeGreaterThan(before));
    await waitFor(() => expect(fake.calls).toContain("unwatchSync"));
  });

  it("are not shown to staff", async () => {
    const { fake } = renderApp({ signedIn: users.staff, path: "/syncs" });
    await screen.findByRole("grid", { name: "Syncs" });
    expect(screen.queryByRole("region", { name: "Products" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Add product" })).toBeNull();
    expect(fake.calls).not.toContain("connections");
  });
});

describe("adding a product", () => {
  const dialog = () => screen.findByRole("dialog", { name: "Add a product" });
  const begin = async (prepare?: (fake: Fake) => void) => {
    const opened = open(undefined, prepare);
    await card();
    await opened.user.click(screen.getByRole("button", { name: "Add product" }));
    const form = within(await dialog());
    const submit = () => opened.user.click(form.getByRole("button", { name: "Add product" }));
    const fill = async (customer: string, key: string) => {
      await opened.user.type(form.getByLabelText("Customer id"), customer);
      await opened.user.type(form.getByLabelText("API key"), key);
    };
    return { ...opened, form, submit, fill };
  };

  it("shows the result of a test before anything is saved", async () => {
    const { user, fake, form, fill } = await begin();
    await fill("120999", "a-right-key");
    expect(form.getByLabelText("API key")).toHaveAttribute("type", "password");
    await user.click(form.getByRole("button", { name: "Test" }));
    const result = await form.findByText("Heimdal accepts this connection and lists 636 customers.");
    expect(result.closest("[aria-live=polite]")).toBeVisible();
    expect(fake.world.connections).toHaveLength(1);
    await expectAccessible();
  });

  it("saves, starts the first sync and discards the key", async () => {
    const { fake, submit, fill } = await begin();
    await fill("120999", "a-right-key-c0de");
    await submit();
    expect(await card("120999")).toHaveTextContent("ends in c0de");
    expect(fake.world.runs[0]).toMatchObject({ status: "running", trigger: "manual" });
    expect(document.body.innerHTML).not.toContain("a-right-key-c0de");
  });

  it("shows the refusal of the product until another value is entered", async () => {
    const { user, form, fill } = await begin();
    await fill("120999", "wrong-key");
    await user.click(form.getByRole("button", { name: "Test" }));
    expect(await form.findByText(/Heimdal does not accept the API key/)).toBeVisible();
    await user.type(form.getByLabelText("API key"), "x");
    await waitFor(() => expect(form.queryByText(/Heimdal does not accept the API key/)).toBeNull());
  });

  it("shows a refusal at its field and keeps the values", async () => {
    const { fake, form, submit, fill } = await begin();
    await fill("1", "a-right-key-c0de");
    await submit();
    const customer = form.getByLabelText("Customer id");
    await waitFor(() => expect(customer).toHaveAccessibleDescription(/another customer than 1/));
    expect(customer).toHaveFocus();
    expect(form.getByLabelText("API key")).toHaveValue("a-right-key-c0de");
    expect(fake.world.connections).toHaveLength(1);
  });

  it("validates before it tests, and keeps the values while offline", async () => {
    const { user, fake, form, submit, fill } = await begin((fake) =>
      fake.fail("createConnection", new Problem("offline")),
    );
    await submit();
    expect(await form.findByText("Enter your customer id.")).toBeVisible();
    expect(form.getByText("Enter an API key of at least 8 characters.")).toBeVisible();
    expect(fake.calls).not.toContain("createConnection");
    await fill("120999", "a-right-key-c0de");
    await user.keyboard("{Enter}");
    expect(await form.findByText(/The portal cannot be reached/)).toBeVisible();
    expect(form.getByLabelText("Customer id")).toHaveValue("120999");
  });
});

describe("a saved connection", () => {
  it("replaces its key after a test", async () => {
    const { user, fake } = open();
    await user.click(within(await card()).getByRole("button", { name: /^Replace key/ }));
    const form = within(await screen.findByRole("dialog"));
    await user.type(form.getByLabelText("New API key"), "wrong-key");
    await user.click(form.getByRole("button", { name: "Replace key" }));
    const key = form.getByLabelText("New API key");
    await waitFor(() => expect(key).toHaveAccessibleDescription(/does not accept the API key/));
    expect(fake.world.connections[0]?.api_key_last4).toBe("7f3a");
    await user.clear(key);
    await user.type(key, "a-right-key-beef");
    await user.click(form.getByRole("button", { name: "Replace key" }));
    expect(await screen.findByText(/The API key of Heimdal, customer 120451 is replaced/)).toBeVisible();
    await waitFor(async () => expect(await card()).toHaveTextContent("ends in beef"));
  });

  it("needs its key again for another address", async () => {
    const { user, fake } = open();
    await user.click(within(await card()).getByRole("button", { name: /^Edit/ }));
    const form = within(await screen.findByRole("dialog"));
    await user.click(form.getByRole("button", { name: "Advanced" }));
    await user.clear(form.getByLabelText("Base URL"));
    await user.type(form.getByLabelText("Base URL"), "https://eu.heimdal.example");
    expect(form.getByText(/the saved key is not sent to another address/)).toBeVisible();
    await user.click(form.getByRole("button", { name: "Save" }));
    expect(await form.findByText("A new base URL needs the API key again.")).toBeVisible();
    expect(fake.calls).not.toContain("changeConnection");
    await user.type(form.getByLabelText("API key"), "a-right-key-beef");
    await user.click(form.getByRole("button", { name: "Save" }));
    await waitFor(async () => expect(await card()).toHaveTextContent("eu.heimdal.example"));
  });

  it("is paused and resumed after a confirmation", async () => {
    const { user } = open();
    await user.click(within(await card()).getByRole("button", { name: /^Pause/ }));
    const ask = within(await screen.findByRole("dialog", { name: "Pause Heimdal, customer 120451?" }));
    expect(ask.getByText(/become out of date, which the top bar shows/)).toBeVisible();
    await expectAccessible();
    await user.click(ask.getByRole("button", { name: "Pause" }));
    await waitFor(async () => expect(within(await card()).getByText("Paused")).toBeVisible());
    expect(within(await card()).getByText("Not while paused")).toBeVisible();
    expect(within(await card()).getByRole("button", { name: /^Resume/ })).toBeVisible();
  });
});
