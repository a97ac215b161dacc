import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderApp } from "../test/render";

/** Opens the panel of the first MSP or client, with the world changed. */
async function openPanel(kind: "msp" | "client", change: (fake: Fake) => void = () => undefined) {
  const app = renderApp({
    signedIn: users.admin,
    prepare: (fake: Fake) => {
      fake.world.msps = fake.world.msps.slice(0, 3);
      fake.world.clients = fake.world.clients.slice(0, 3);
      change(fake);
      const rows = kind === "msp" ? fake.world.msps : fake.world.clients;
      window.location.hash = `/${kind}s/${rows[0]?.id}`;
    },
    path: "/",
  });
  const panel = within(await screen.findByRole("complementary"));
  await panel.findByRole("region", { name: "History" });
  return { ...app, panel };
}

const address = "https://rc-dashboard.heimdalsecurity.com/";

describe("the dashboard of the product", () => {
  it.each(["msp", "client"] as const)("is opened in the browser from the panel of a %s", async (kind) => {
    const { panel, fake, user } = await openPanel(kind);
    await user.click(panel.getByRole("button", { name: "Open the dashboard" }));
    await waitFor(() => expect(fake.browsed).toEqual([address]));
    await expectAccessible();
  });

  it("is shown as an address where the browser does not open", async () => {
    const { panel, fake, user } = await openPanel("client");
    fake.fail("openDashboard", new Problem("browser_failed"));
    await user.click(panel.getByRole("button", { name: "Open the dashboard" }));
    expect(await screen.findByText(`Could not open the browser. The address is ${address}`)).toBeVisible();
  });

  it("is left out where its address is not known", async () => {
    const { panel } = await openPanel("client", ({ world }) => {
      world.dashboard = null;
    });
    expect(panel.queryByRole("button", { name: "Open the dashboard" })).toBeNull();
  });
});
