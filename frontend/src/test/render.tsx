import { ThemeProvider } from "@mui/material/styles";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import axe from "axe-core";
import type { ReactElement, ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { expect } from "vitest";
import { App } from "../App";
import { createFake, type Fake, type FakeOptions } from "../bridge/fake";
import { reportOutcome } from "../bridge/outage";
import { setPortal } from "../bridge/portal";
import { newQueryClient } from "../bridge/queryClient";
import { Notices } from "../parts/Notices";
import { theme } from "../theme";

/** Renders the whole app over the fake. path is the first screen: "/clients?q=x". */
export function renderApp(options: FakeOptions & { path?: string; prepare?: (fake: Fake) => void } = {}) {
  const { path = "/", prepare, ...fakeOptions } = options;
  window.location.hash = path;
  const fake = createFake(fakeOptions);
  reportOutcome(null);
  prepare?.(fake);
  setPortal(fake);
  return {
    fake,
    user: userEvent.setup(),
    ...render(<App queries={newQueryClient()} appearance={fake.kept.appearance} />),
  };
}

/** Follows a link of the address bar within the app that was rendered. */
export function goTo(path: string) {
  window.location.hash = path;
  // happy-dom reports a new hash, but no new entry of the history.
  act(() => void window.dispatchEvent(new PopStateEvent("popstate")));
}

function around(path: string, children: ReactNode) {
  return (
    <ThemeProvider theme={theme} storageManager={null} noSsr>
      <Notices>
        <MemoryRouter initialEntries={[path]}>{children}</MemoryRouter>
      </Notices>
    </ThemeProvider>
  );
}

/** Renders one component in the app's theme, over the fake, at an address. */
export function renderPart(element: ReactElement, path = "/") {
  const fake = createFake();
  setPortal(fake);
  const wrapper = ({ children }: { children: ReactNode }) => around(path, children);
  return { fake, user: userEvent.setup(), ...render(element, { wrapper }) };
}

/** Waits until no menu is open. Until it has closed, assistive technology cannot reach what is behind it. */
export const menuClosed = () => waitFor(() => expect(document.querySelector(".MuiPopover-root")).toBeNull());

/** Chooses an option of a select field. */
export async function choose(user: UserEvent, field: string, option: string) {
  await user.click(screen.getByRole("combobox", { name: field }));
  await user.click(await screen.findByRole("option", { name: option }));
  await menuClosed();
}

// axe cannot see without a layout that an open dialog or menu keeps the focus, so only the dialog is checked.
const topLayer = () => document.querySelector(".MuiModal-root") ?? document.body;

/** Checks accessibility with axe, without colours, because there is no layout here. */
export async function expectAccessible(container: Element = topLayer()) {
  const { violations } = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`)).toEqual(
    [],
  );
}
