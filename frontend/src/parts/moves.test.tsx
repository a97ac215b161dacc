import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { renderPart } from "../test/render";
import { CutText, useCutTooltip } from "./CutText";
import { DataTable } from "./DataTable";
import { Figure } from "./Figure";
import { ListPlacesProvider } from "./listPlaces";
import { SidePanel, SplitView } from "./SidePanel";
import { ShownDataAsOf } from "./shownDataAsOf";
import { TableFooter } from "./TableFooter";

const rows = ["Aldgate", "Birch", "Cedar"].map((name, n) => ({ id: String(n), name }));
const columns = [{ field: "name", name: "Name", text: (row: { name: string }) => row.name, flex: 1 }];

function ListWithPanel() {
  const [open, setOpen] = useState<string>();
  return (
    <div style={{ display: "flex", width: 900, height: 500 }}>
      <SplitView>
        <DataTable
          label="Clients"
          columns={columns}
          rows={rows}
          total={3}
          loading={false}
          problem={null}
          empty={null}
          onOpen={({ id }) => setOpen(id)}
          selectedId={open}
        />
        {open && (
          <SidePanel
            key={open}
            title={`About ${rows[Number(open)]?.name}`}
            onClose={() => setOpen(undefined)}
          >
            <input aria-label="Note" />
          </SidePanel>
        )}
      </SplitView>
    </div>
  );
}
const cell = (name: string) => screen.getByRole("gridcell", { name });
const panel = (name: string) => screen.findByRole("complementary", { name: `About ${name}` });

describe("a panel beside its list", () => {
  it("follows the arrows and J and K in the list, which keeps the focus", async () => {
    const { user } = renderPart(<ListWithPanel />);
    act(() => cell("Aldgate").focus());
    await user.keyboard("{Enter}");
    expect(await panel("Aldgate")).toHaveFocus();
    act(() => cell("Aldgate").focus());
    await user.keyboard("{ArrowDown}");
    await panel("Birch");
    await waitFor(() => expect(cell("Birch")).toHaveFocus());
    await user.keyboard("j");
    await panel("Cedar");
    await waitFor(() => expect(cell("Cedar")).toHaveFocus());
    await user.keyboard("j");
    await panel("Cedar");
    await user.keyboard("k");
    await panel("Birch");
    await waitFor(() => expect(cell("Birch")).toHaveFocus());
  });

  it("moves by J and K from inside, and returns the focus to its row", async () => {
    const { user } = renderPart(<ListWithPanel />);
    await user.click(cell("Aldgate"));
    await panel("Aldgate");
    await user.keyboard("j");
    expect(await panel("Birch")).toHaveFocus();
    await user.keyboard("j");
    expect(await panel("Cedar")).toHaveFocus();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(cell("Cedar")).toHaveFocus());
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  it("moves by its buttons, which keep the focus, as far as there are rows", async () => {
    const { user } = renderPart(<ListWithPanel />);
    await user.click(cell("Aldgate"));
    const button = (name: string) => screen.getByRole("button", { name });
    const isOff = (name: string) => button(name).getAttribute("aria-disabled") === "true";
    await panel("Aldgate");
    await waitFor(() => expect(isOff("Next row")).toBe(false));
    expect(isOff("Previous row")).toBe(true);
    await user.click(button("Next row"));
    await panel("Birch");
    expect(button("Next row")).toHaveFocus();
    await user.keyboard("{Enter}");
    await panel("Cedar");
    expect(isOff("Next row")).toBe(true);
    expect(button("Next row")).toHaveFocus();
    await user.keyboard("{Enter}");
    await panel("Cedar");
    await user.click(button("Previous row"));
    await panel("Birch");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(cell("Birch")).toHaveFocus());
  });

  it("leaves J and K to what is typed", async () => {
    const { user } = renderPart(<ListWithPanel />);
    await user.click(cell("Aldgate"));
    await user.type(within(await panel("Aldgate")).getByLabelText("Note"), "jk");
    expect(screen.getByLabelText("Note")).toHaveValue("jk");
    await panel("Aldgate");
  });
});

describe("a list that was left", () => {
  const many = Array.from({ length: 150 }, (_, n) => ({ id: String(n), name: `Client ${n}` }));
  const listPlaces = (scrolled: Map<string, number>) => ({
    scrolled,
    layouts: new Map<string, string>(),
    opened: () => [],
    addressOf: (path: string) => path,
  });
  const list = (scrolled: Map<string, number>, count: number, onMore?: () => void) => (
    <ListPlacesProvider value={listPlaces(scrolled)}>
      <div style={{ display: "flex", width: 900, height: 500 }}>
        <DataTable
          label="Clients"
          columns={columns}
          rows={many.slice(0, count)}
          total={150}
          loading={false}
          problem={null}
          empty={null}
          {...(onMore && { hasMore: true, onMore })}
        />
      </div>
    </ListPlacesProvider>
  );
  const scroller = () => document.querySelector(".MuiDataGrid-virtualScroller") as HTMLElement;

  it("remembers how far it was scrolled", async () => {
    const scrolled = new Map<string, number>();
    renderPart(list(scrolled, 150));
    scroller().scrollTop = 720;
    fireEvent.scroll(scroller());
    await waitFor(() => expect([...scrolled.values()]).toEqual([720]));
  });

  it("is scrolled there again, once enough rows are loaded", async () => {
    const scrolled = new Map([["Clients ", 3_960]]);
    const onMore = vi.fn();
    const { rerender } = renderPart(list(scrolled, 100, onMore));
    await waitFor(() => expect(onMore).toHaveBeenCalled());
    expect(scroller().scrollTop).toBe(0);
    rerender(list(scrolled, 150, onMore));
    await waitFor(() => expect(scroller().scrollTop).toBe(3_960));
  });
});

describe("text that is cut", () => {
  const width = (of: Element, scroll: number, client: number) => {
    Object.defineProperty(of, "scrollWidth", { value: scroll });
    Object.defineProperty(of, "clientWidth", { value: client });
  };
  function Box() {
    const cut = useCutTooltip();
    return (
      <div {...cut.handlers}>
        {cut.tooltip}
        <CutText>Bluewater Networks</CutText>
      </div>
    );
  }

  it("is complete in a tooltip of the app, which goes with the list", async () => {
    const { rerender } = renderPart(<Box />);
    const text = screen.getByText("Bluewater Networks");
    width(text, 200, 100);
    fireEvent.mouseOver(text);
    expect(await screen.findByRole("tooltip")).toHaveTextContent("Bluewater Networks");
    rerender(<p>another screen</p>);
    expect(screen.queryByRole("tooltip")).toBeNull();
  });

  it("has no tooltip where nothing is cut", () => {
    vi.useFakeTimers();
    renderPart(<Box />);
    const text = screen.getByText("Bluewater Networks");
    width(text, 100, 100);
    fireEvent.mouseOver(text);
    act(() => vi.advanceTimersByTime(2_000));
    expect(screen.queryByRole("tooltip")).toBeNull();
    vi.useRealTimers();
  });

  it("has no native tooltip in any cell", () => {
    renderPart(<ListWithPanel />);
    const cells = screen.getAllByRole("gridcell");
    expect(
      cells.flatMap((one) => [one, ...one.querySelectorAll("*")]).filter((one) => one.hasAttribute("title")),
    ).toEqual([]);
  });
});

describe("the age of the data", () => {
  const footer = (shown: string | null) => (
    <ShownDataAsOf value={shown}>
      <TableFooter shown={1} total={1} loading={false} dataAsOf="2026-05-02T09:00:00Z" />
    </ShownDataAsOf>
  );
  it("is in the footer only where the top bar shows another", () => {
    const { rerender } = renderPart(footer("2026-05-02T09:00:00.000Z"));
    expect(screen.queryByText(/Data as of/)).toBeNull();
    rerender(footer("2026-05-02T08:00:00Z"));
    expect(screen.getByText(/Data as of/)).toBeVisible();
    rerender(footer(null));
    expect(screen.getByText(/Data as of/)).toBeVisible();
  });
});

it("puts the focus ring of a figure around all that can be clicked", () => {
  renderPart(<Figure label="Clients" value="40" to="/clients" />);
  const name = screen.getByRole("link", { name: "Clients" }).className.split(" ").at(-1) ?? "";
  const css = [...document.querySelectorAll("style")].map(({ textContent }) => textContent).join("");
  const rules =
    [...document.styleSheets]
      .flatMap((sheet) => [...sheet.cssRules].map(({ cssText }) => cssText))
      .join("\n") + css;
  expect(rules).toMatch(new RegExp(`\\.${name}:focus-visible::after\\s*\\{[^}]*outline: ?2px`));
});
