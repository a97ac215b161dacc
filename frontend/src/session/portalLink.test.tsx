import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { detailOf, portalLinkAt } from "../bridge/portalLink";
import { expectAccessible, renderApp } from "../test/render";

const few = ({ world }: Fake) => {
  world.msps = world.msps.slice(0, 3);
  world.clients = world.clients.slice(0, 3);
};
const button = () => screen.findByRole("button", { name: "Copy link" });
const id = "0195a000-0000-7000-8000-000000000007";

describe("the portal link", () => {
  it("is the page of the API where it has a public address, else the app's own scheme", () => {
    expect(portalLinkAt("https://portal.example.com", "client", id)).toBe(
      `https://portal.example.com/open/client/${id}`,
    );
    expect(portalLinkAt("https://portal.example.com/api/", "msp", id)).toBe(
      `https://portal.example.com/api/open/msp/${id}`,
    );
    expect(portalLinkAt("http://127.0.0.1:8480", "run", id)).toBe(`fsportal://run/${id}`);
  });

  it("belongs to screens that show one thing", () => {
    expect(detailOf(`/clients/${id}`)).toEqual({ kind: "client", id });
    expect(detailOf(`/msps/${id}`)).toEqual({ kind: "msp", id });
    expect(detailOf(`/syncs/${id}`)).toEqual({ kind: "run", id });
    expect(detailOf(`/admin/users/${id}`)).toEqual({ kind: "user", id });
    for (const path of ["/clients", `/syncs/${id}/review`, "/overview", "/clients/x"])
      expect(detailOf(path)).toBeUndefined();
  });
});

describe("Copy link", () => {
  it.each(["client", "msp"] as const)("copies the link of a %s by its button and by L", async (kind) => {
    let shown = "";
    const prepare = (fake: Fake) => {
      few(fake);
      shown = (kind === "client" ? fake.world.clients : fake.world.msps)[0]?.id ?? "";
      window.location.hash = `/${kind}s/${shown}`;
    };
    const { fake, user } = renderApp({ signedIn: users.admin, prepare, path: "/" });
    const want = `https://portal.northwind.example/open/${kind}/${shown}`;
    await user.click(await button());
    await waitFor(() => expect(fake.clipboard).toBe(want));
    fake.clipboard = "";
    fireEvent.keyDown(screen.getByRole("complementary"), { key: "l" });
    await waitFor(() => expect(fake.clipboard).toBe(want));
    await expectAccessible();
  });

  it("copies nothing while something is typed", async () => {
    const prepare = (fake: Fake) => {
      few(fake);
      window.location.hash = `/clients/${fake.world.clients[0]?.id}`;
    };
    const { fake, user } = renderApp({ signedIn: users.admin, prepare, path: "/" });
    await button();
    await user.type(screen.getByRole("searchbox"), "l");
    expect(fake.calls).not.toContain("copyText");
  });

  it("is an action of the palette where a link can lead", async () => {
    const prepare = (fake: Fake) => {
      few(fake);
      window.location.hash = `/clients/${fake.world.clients[1]?.id}`;
    };
    const { fake, user } = renderApp({ signedIn: users.mspUser, prepare, path: "/" });
    await screen.findByRole("navigation", { name: "Main menu" });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "copy link");
    await user.click(await screen.findByRole("option", { name: "Copy link to this page" }));
    await waitFor(() => expect(fake.clipboard).toContain(`/open/client/${fake.world.clients[1]?.id}`));
  });

  it("says so where the clipboard fails", async () => {
    const { fake, user } = renderApp({
      signedIn: users.admin,
      path: "/",
      prepare: (fake) => {
        few(fake);
        window.location.hash = `/msps/${fake.world.msps[0]?.id}`;
      },
    });
    const { Problem } = await import("../bridge/problem");
    fake.fail("copyText", new Problem("internal"));
    await user.click(await button());
    expect(await screen.findByText(/^Could not copy/)).toBeVisible();
  });
});
