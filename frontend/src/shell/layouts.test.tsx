import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { goTo, renderApp } from "../test/render";

const few = ({ world }: Fake) => {
  world.clients = world.clients.slice(0, 2);
};
const headers = async () =>
  within(await screen.findByRole("grid", { name: "Clients" }))
    .getAllByRole("columnheader")
    .map((header) => header.getAttribute("data-field"))
    .filter((field) => field !== "select rows");
const rail = (name: string) =>
  within(screen.getByRole("navigation", { name: "Main menu" })).getByRole("link", { name });

describe("the last layout of a list's columns", () => {
  it("is used by links with a filter, and kept for the next start", async () => {
    const { fake, user, unmount } = renderApp({
      signedIn: users.admin,
      path: "/clients?columns=status,name",
      prepare: few,
    });
    await waitFor(async () => expect(await headers()).toEqual(["status", "name"]));
    await user.click(rail("Overview"));
    await screen.findByRole("heading", { level: 1, name: "Overview" });
    goTo("/clients?status=active");
    await waitFor(() =>
      expect(decodeURIComponent(window.location.hash)).toBe("#/clients?status=active&columns=status,name"),
    );
    expect(await headers()).toEqual(["status", "name"]);
    await waitFor(() => expect(JSON.stringify([...fake.kept.places])).toContain("columns=status"));
    unmount();
    renderApp({
      signedIn: users.admin,
      path: "/clients?q=a",
      prepare: (next) => {
        few(next);
        next.kept.places = fake.kept.places;
      },
    });
    await waitFor(async () => expect(await headers()).toEqual(["status", "name"]));
    expect(decodeURIComponent(window.location.hash)).toBe("#/clients?q=a&columns=status,name");
  });
});
