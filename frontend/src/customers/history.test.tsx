import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, menuClosed, renderApp } from "../test/render";

/** Opens the panel of the first client. */
async function openClient() {
  const app = renderApp({
    signedIn: users.admin,
    prepare: (fake: Fake) => {
      fake.world.clients = fake.world.clients.slice(0, 3);
      window.location.hash = `/clients/${fake.world.clients[0]?.id}`;
    },
    path: "/",
  });
  const panel = await screen.findByRole("complementary");
  const history = await within(panel).findByRole("region", { name: "History" });
  return { ...app, history: within(history), id: app.fake.world.clients[0]?.id ?? "" };
}

async function filterBy(app: Awaited<ReturnType<typeof openClient>>, chip: string, option: string) {
  await app.user.click(app.history.getByRole("button", { name: chip }));
  await app.user.click(await screen.findByRole("menuitem", { name: option }));
  await menuClosed();
}

describe("the history in a panel", () => {
  it("is filtered by kind and field over all changes of the customer", async () => {
    const app = await openClient();
    const { items } = await app.fake.changes({ customer_id: app.id, kind: "added" });
    await filterBy(app, "Change", "Added");
    await waitFor(() => expect(app.history.getAllByRole("listitem")).toHaveLength(items.length));
    expect(app.history.getAllByText(/^Added/)).toHaveLength(items.length);
    await filterBy(app, "Field", "SPLA");
    expect(await app.history.findByText("No change matches the filter.")).toBeVisible();
    expect(app.history.getByRole("link", { name: "All in Changes" })).toHaveAttribute(
      "href",
      `#/changes?customer_id=${app.id}&kind=added&field=spla`,
    );
    await expectAccessible();
  });

  it("shows why filtered changes cannot be read", async () => {
    const app = await openClient();
    app.fake.fail("changes", new Problem("internal", { message: "x" }));
    await filterBy(app, "Change", "Moved");
    expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
  });
});
