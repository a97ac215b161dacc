import { screen } from "@testing-library/react";
import type { UserEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Fake, users } from "../bridge/fake";
import { id } from "../bridge/fakeBasics";
import { SkeletonLines } from "../parts/Delayed";
import { useNotify } from "../parts/Notices";
import { renderApp, renderPart } from "./render";

const never = () => new Promise<never>(() => undefined);

interface Loading {
  what: string;
  /** The accessible name of the region. */
  name: string;
  path?: string;
  /** The user who is signed in. */
  as?: keyof typeof users;
  prepare: (fake: Fake) => void;
  act?: (user: UserEvent) => Promise<void>;
}

const loading: Loading[] = [
  {
    what: "another scope",
    name: "Switching to Baltic Managed Systems",
    as: "severalGrants",
    path: "/settings",
    prepare: (fake) => {
      fake.useGrant = never;
    },
    act: async (user) => {
      await user.click(await screen.findByRole("button", { name: /^Switch scope/ }));
      await user.click(await screen.findByRole("menuitem", { name: /Baltic Managed Systems/ }));
    },
  },
  {
    what: "the ways to sign in",
    name: "Loading the ways to sign in",
    prepare: (fake) => {
      fake.providers = never;
    },
  },
  {
    what: "the effect of a field map",
    name: "Reading customers with your changes",
    as: "admin",
    path: `/admin/connections/${id("e000", 1)}/fields`,
    prepare: (fake) => {
      fake.previewFieldMap = never;
    },
    act: async (user) => {
      await user.selectOptions(
        await screen.findByLabelText("What entitlement.bought fills"),
        "Licences purchased",
      );
      await user.click(screen.getByText("Preview and save"));
    },
  },
];

describe("a live region announces that the app loads", () => {
  it.each(loading)("$what", async ({ name, path = "/", as, prepare, act }) => {
    const { user } = renderApp({ path, prepare, ...(as && { signedIn: users[as] }) });
    await act?.(user);
    expect(await screen.findByRole("status", { name })).toBeInTheDocument();
  });
});

it("a live region announces that lines of a panel load", () => {
  renderPart(<SkeletonLines />);
  expect(screen.getByRole("status", { name: "Loading" })).toBeInTheDocument();
});

function Inviting() {
  const notify = useNotify();
  return (
    <button type="button" onClick={() => notify({ text: "Invite sent." })}>
      Invite
    </button>
  );
}

it("a live region announces a notice", async () => {
  const { user } = renderPart(<Inviting />);
  await user.click(screen.getByRole("button", { name: "Invite" }));
  expect((await screen.findByText("Invite sent.")).closest("[aria-live=polite]")).toBeInTheDocument();
});
