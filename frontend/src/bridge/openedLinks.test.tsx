import { screen } from "@testing-library/react";
import { act, useState } from "react";
import { expect, it } from "vitest";
import { renderPart } from "../test/render";
import { useOpenedLinks } from "./openedLinks";

/** Counts the links that are opened after the button is pressed. */
function Counter() {
  const [counting, setCounting] = useState(false);
  const [count, setCount] = useState(0);
  useOpenedLinks(true, ({ kind }) => {
    if (counting && kind) setCount(count + 1);
  });
  return (
    <button type="button" onClick={() => setCounting(true)}>
      {count}
    </button>
  );
}

it("passes an opened link to the present callback, not to that of the first render", async () => {
  const { fake, user } = renderPart(<Counter />);
  await user.click(screen.getByRole("button", { name: "0" }));
  act(() => fake.openLink("fsportal://client/0198c5a4-0000-7000-8000-000000000001"));
  expect(await screen.findByRole("button", { name: "1" })).toBeVisible();
  act(() => fake.openLink("fsportal://client/0198c5a4-0000-7000-8000-000000000001"));
  expect(await screen.findByRole("button", { name: "2" })).toBeVisible();
});
