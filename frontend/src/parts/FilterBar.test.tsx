import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { expectAccessible, menuClosed, renderPart } from "../test/render";
import { FilterBar, FilterChip, SearchField } from "./FilterBar";
import { arrange } from "./useSetFirst";

afterEach(() => {
  vi.restoreAllMocks();
});

const names = ["First", "Second", "Third"];

/** A bar of three filters, of which some are set, and a button behind it that sets the third. */
function Bar({ set }: { set: string[] }) {
  const [chosen, setChosen] = useState(set);
  const change = (name: string) => (value: number | undefined) =>
    setChosen((before) => [...before.filter((one) => one !== name), ...(value ? [name] : [])]);
  const options = [{ value: 1, label: "one" }];
  const chipOf = (name: string, value?: number) => (
    <FilterChip label={name} value={value} options={options} onChange={change(name)} />
  );
  const chips = names.map((name) => {
    const set = chosen.includes(name);
    return { name, set, chip: chipOf(name, set ? 1 : undefined) };
  });
  return (
    <>
      <FilterBar chips={chips} onClear={() => undefined} />
      <button type="button" onClick={() => change("Third")(1)}>
        Elsewhere
      </button>
    </>
  );
}

const chips = () => [...document.querySelectorAll<HTMLElement>(".MuiChip-root")];
const texts = () => chips().map((chip) => chip.textContent);
const line = () => chips()[0]?.parentElement as HTMLElement;

/** A line with room for as many chips; the others are on a second one. */
function roomFor(count: number) {
  vi.spyOn(HTMLElement.prototype, "offsetTop", "get").mockImplementation(function (this: HTMLElement) {
    return chips().indexOf(this) < count ? 0 : 40;
  });
}

function narrowBar(...set: string[]) {
  roomFor(1);
  return renderPart(<Bar set={set} />);
}

describe("a bar without room for all filters", () => {
  it("stays one line, and shows the other filters when asked", async () => {
    const { user } = narrowBar();
    const more = screen.getByRole("button", { name: "More filters" });
    expect(more).toHaveAttribute("aria-expanded", "false");
    expect(line()).toHaveStyle({ overflow: "clip" });
    await expectAccessible();
    await user.click(more);
    expect(line()).not.toHaveStyle({ overflow: "clip" });
    await user.click(screen.getByRole("button", { name: "Fewer filters" }));
    expect(line()).toHaveStyle({ overflow: "clip" });
  });

  it("shows the filters that the keyboard reaches", async () => {
    const { user } = narrowBar();
    await user.tab();
    expect(line()).toHaveStyle({ overflow: "clip" });
    await user.tab();
    expect(screen.getByRole("button", { name: "Second" })).toHaveFocus();
    await waitFor(() => expect(line()).not.toHaveStyle({ overflow: "clip" }));
  });

  it("shows the filters that are set first, and counts those that have no room", () => {
    narrowBar("Third", "Second");
    expect(texts()).toEqual(["Second one", "Third one", "First"]);
    expect(screen.getByRole("button", { name: "More filters: 1 set" })).toBeVisible();
  });

  it("counts nothing where only filters that are not set are hidden", () => {
    narrowBar("Third");
    expect(texts()).toEqual(["Third one", "First", "Second"]);
    expect(screen.getByRole("button", { name: "More filters" })).toBeVisible();
  });

  it("moves a filter to the front that something else sets", async () => {
    const { user } = narrowBar();
    await user.click(screen.getByRole("button", { name: "Elsewhere" }));
    expect(texts()).toEqual(["Third one", "First", "Second"]);
  });

  it("moves no chip while all of them are shown", async () => {
    const { user } = narrowBar();
    await user.click(screen.getByRole("button", { name: "More filters" }));
    await user.click(screen.getByRole("button", { name: "Elsewhere" }));
    expect(texts()).toEqual(["First", "Second", "Third one"]);
    await user.click(screen.getByRole("button", { name: "Fewer filters" }));
    expect(texts()).toEqual(["Third one", "First", "Second"]);
  });

  it("moves a chip that is set and has no room, and keeps the focus in it", async () => {
    const { user } = narrowBar();
    roomFor(2);
    await user.click(screen.getByRole("button", { name: "Second" }));
    roomFor(1);
    await user.click(await screen.findByRole("menuitem", { name: "one" }));
    await menuClosed();
    expect(texts()).toEqual(["Second one", "First", "Third"]);
    expect(screen.getByRole("button", { name: "Second one" })).toHaveFocus();
    expect(line()).toHaveStyle({ overflow: "clip" });
  });
});

describe("a bar with room for all filters", () => {
  it("has no more of them to show", () => {
    renderPart(<Bar set={[]} />);
    expect(screen.queryByRole("button", { name: /^(More|Fewer) filters/ })).toBeNull();
  });

  it("keeps the chips in their places until the focus leaves them", async () => {
    const { user } = renderPart(<Bar set={["First"]} />);
    await user.click(screen.getByRole("button", { name: "Third" }));
    await user.click(await screen.findByRole("menuitem", { name: "one" }));
    await menuClosed();
    expect(screen.getByRole("button", { name: "Third one" })).toHaveFocus();
    await user.tab({ shift: true });
    expect(screen.getByRole("button", { name: "Second" })).toHaveFocus();
    expect(texts()).toEqual(["First one", "Second", "Third one"]);
    await user.click(screen.getByRole("button", { name: "Elsewhere" }));
    expect(texts()).toEqual(["First one", "Third one", "Second"]);
  });
});

describe("an order of names", () => {
  it.each([
    { names: ["a", "b", "c"], order: ["c", "a", "b"], arranged: ["c", "a", "b"] },
    { names: ["a", "c"], order: ["c", "b", "a"], arranged: ["c", "a"] },
    { names: ["a", "b", "c", "d"], order: ["c", "a"], arranged: ["c", "d", "a", "b"] },
    { names: ["a", "b"], order: ["b"], arranged: ["a", "b"] },
  ])("$order gives $arranged for $names", ({ names, order, arranged }) => {
    expect(arrange(names, order)).toEqual(arranged);
  });
});

/** A search field, and a button that clears the list's search from elsewhere. */
function Search() {
  const [value, setValue] = useState("alpine");
  return (
    <>
      <SearchField label="Search clients" value={value} onChange={setValue} />
      <button type="button" onClick={() => setValue("")}>
        Clear filters
      </button>
    </>
  );
}

it("shows a search that was changed elsewhere in the search field", async () => {
  const { user } = renderPart(<Search />);
  const field = screen.getByRole("searchbox", { name: "Search clients" });
  expect(field).toHaveValue("alpine");
  await user.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(field).toHaveValue("");
});
