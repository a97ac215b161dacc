import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { expectAccessible, renderPart } from "../test/render";
import { type Column, DataTable, type DataTableProps } from "./DataTable";

interface Row {
  id: string;
  name: string;
  seats: number | null;
}

const columns: Column<Row>[] = [
  { field: "name", name: "Name", text: (row) => row.name, flex: 1, minWidth: 100 },
  { field: "seats", name: "Seats", number: (row) => row.seats, width: 90 },
  { field: "id", name: "Id", text: (row) => row.id, width: 90, optional: true },
];
const names = ["Aldgate", "Birch", "=Cedar()", "Dale", "Elm", "Fir"];
const rows = names.map((name, n): Row => ({ id: `id${n}`, name, seats: n === 1 ? null : n * 1000 }));

const list = (props: Partial<DataTableProps<Row>> = {}, key = "all") => (
  <div style={{ display: "flex", width: 900, height: 500 }}>
    <DataTable
      label="Clients"
      list="/clients"
      columns={columns}
      rows={rows.slice(0, 5)}
      total={600}
      loading={false}
      problem={null}
      empty={null}
      select={{
        key,
        nameOf: ({ name }) => name,
        actions: (chosen) => (
          <span>
            exports {chosen?.except ? "all but " : ""}
            {chosen?.ids.join(" ") ?? "everything"}
          </span>
        ),
      }}
      {...props}
    />
  </div>
);
const box = (name: string) => screen.getByRole("checkbox", { name: `Select ${name}` });
const bar = () => screen.getByRole("group", { name: "Selected rows" });
const cell = (name: string) => screen.getByRole("gridcell", { name });
const selected = () =>
  names.filter(
    (name) =>
      (screen.queryByRole("checkbox", { name: `Select ${name}` }) as HTMLInputElement | null)?.checked,
  );

describe("the selection of a table", () => {
  it("is counted in a bar above the list, and cleared there", async () => {
    renderPart(list());
    expect(screen.queryByRole("group", { name: "Selected rows" })).toBeNull();
    fireEvent.click(box("Birch"));
    expect(within(bar()).getByText("1 selected")).toBeVisible();
    expect(bar()).toHaveTextContent("exports id1");
    await expectAccessible();
    fireEvent.click(within(bar()).getByRole("button", { name: "Clear selection" }));
    expect(selected()).toEqual([]);
    expect(screen.queryByRole("group", { name: "Selected rows" })).toBeNull();
  });

  it("does not open the row", () => {
    const onOpen = vi.fn();
    renderPart(list({ onOpen }));
    fireEvent.click(box("Birch"));
    expect(selected()).toEqual(["Birch"]);
    expect(onOpen).not.toHaveBeenCalled();
  });

  it("is a range with Shift, in both directions", () => {
    renderPart(list());
    fireEvent.click(box("Birch"));
    fireEvent.click(box("Elm"), { shiftKey: true });
    expect(selected()).toEqual(["Birch", "=Cedar()", "Dale", "Elm"]);
    fireEvent.click(box("Dale"), { shiftKey: true });
    expect(selected()).toEqual(["Birch", "=Cedar()"]);
  });

  it("is changed by Space and Ctrl+A", async () => {
    const onOpen = vi.fn();
    const { user } = renderPart(list({ onOpen }));
    act(() => cell("Birch").focus());
    await user.keyboard(" ");
    expect(selected()).toEqual(["Birch"]);
    await user.keyboard("{ArrowDown}{ArrowDown}{Shift>} {/Shift}");
    expect(selected()).toEqual(["Birch", "=Cedar()", "Dale"]);
    await user.keyboard(" ");
    expect(selected()).toEqual(["Birch", "=Cedar()"]);
    await user.keyboard("{Control>}a{/Control}");
    expect(selected()).toEqual(names.slice(0, 5));
    expect(onOpen).not.toHaveBeenCalled();
  });

  it("is all loaded rows by the header, and then every row of the list", () => {
    renderPart(list());
    const all = screen.getByRole("checkbox", { name: "Select all loaded rows" });
    fireEvent.click(all);
    expect(selected()).toEqual(names.slice(0, 5));
    expect(bar()).toHaveTextContent("5 selected");
    fireEvent.click(within(bar()).getByRole("button", { name: "Select all 600" }));
    expect(bar()).toHaveTextContent("600 selected595 of them are not loaded and cannot be copied");
    expect(bar()).toHaveTextContent("exports everything");
    expect(within(bar()).getByRole("button", { name: "Copy" })).toBeDisabled();
    fireEvent.click(all);
    expect(selected()).toEqual([]);
  });

  it("is of every row also for those loaded later, without those left out", () => {
    const { rerender } = renderPart(list());
    fireEvent.click(screen.getByRole("checkbox", { name: "Select all loaded rows" }));
    fireEvent.click(within(bar()).getByRole("button", { name: "Select all 600" }));
    rerender(list({ rows }));
    expect(box("Fir")).toBeChecked();
    fireEvent.click(box("Fir"));
    expect(selected()).toEqual(names.slice(0, 5));
    expect(bar()).toHaveTextContent("599 selected");
    expect(bar()).toHaveTextContent("exports all but id5");
    fireEvent.click(box("Birch"));
    fireEvent.click(box("Dale"), { shiftKey: true });
    expect(selected()).toEqual(["Aldgate", "Elm"]);
    expect(bar()).toHaveTextContent("exports all but id5 id1 id2 id3");
    fireEvent.click(screen.getByRole("checkbox", { name: "Select all loaded rows" }));
    expect(bar()).toHaveTextContent("exports everything");
    fireEvent.click(box("Elm"));
    fireEvent.click(within(bar()).getByRole("button", { name: "Select all 600" }));
    expect(bar()).toHaveTextContent("exports everything");
  });

  it("stays when more rows are loaded and when the list is refreshed", () => {
    const { rerender } = renderPart(list());
    fireEvent.click(box("Birch"));
    rerender(list({ rows }));
    expect(selected()).toEqual(["Birch"]);
    rerender(list({ rows: rows.map((row) => ({ ...row })), total: 599 }));
    expect(selected()).toEqual(["Birch"]);
  });

  it("is cleared by another filter", () => {
    const { rerender } = renderPart(list());
    fireEvent.click(box("Birch"));
    rerender(list({}, "active"));
    expect(selected()).toEqual([]);
    rerender(list());
    expect(selected()).toEqual([]);
  });

  it("leaves out rows that are no items of the list", async () => {
    const { user } = renderPart(list({ kindOf: ({ name }) => (name === "Birch" ? "child" : undefined) }));
    expect(screen.queryByRole("checkbox", { name: "Select Birch" })).toBeNull();
    act(() => cell("Birch").focus());
    await user.keyboard(" ");
    expect(screen.queryByRole("group", { name: "Selected rows" })).toBeNull();
    await user.keyboard("{Control>}a{/Control}");
    expect(bar()).toHaveTextContent("4 selected");
  });

  it("is copied as a table with a header, in the order of the list and without formulas", async () => {
    const { fake } = renderPart(list(), "/clients?columns=seats,name");
    fireEvent.click(box("=Cedar()"));
    fireEvent.click(box("Aldgate"));
    fireEvent.click(box("Birch"));
    fireEvent.click(within(bar()).getByRole("button", { name: "Copy" }));
    await waitFor(() => expect(fake.clipboard).toBe("Seats\tName\n0\tAldgate\n\tBirch\n2000\t'=Cedar()"));
    expect(await screen.findByText("Copied 3 rows")).toBeVisible();
  });
});
