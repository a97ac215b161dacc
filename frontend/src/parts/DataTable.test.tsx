import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../bridge/problem";
import { expectAccessible, renderPart } from "../test/render";
import { type Column, DataTable, type DataTableProps } from "./DataTable";
import { EmptyState } from "./EmptyState";
import { withColumn } from "./multiSort";

interface Row {
  id: string;
  name: string;
  seats: number | null;
}

const columns: Column<Row>[] = [
  { field: "name", name: "Name", text: (row) => row.name, sortable: true, flex: 1, minWidth: 200 },
  { field: "seats", name: "Seats", number: (row) => row.seats, sortable: true, width: 100 },
  { field: "link", name: "More", render: (row) => <span>about {row.name}</span>, width: 120 },
];

const rows: Row[] = [
  { id: "1", name: "Aldgate Bakery", seats: 1200 },
  { id: "2", name: "Birch Dental", seats: null },
];

function framed(props: Partial<DataTableProps<Row>>) {
  const all: DataTableProps<Row> = {
    label: "Clients",
    columns,
    rows,
    total: 2,
    loading: false,
    problem: null,
    empty: <EmptyState title="No clients yet" text="The first sync brings them." />,
    ...props,
  };
  return (
    <div style={{ display: "flex", width: 900, height: 500 }}>
      <DataTable<Row> {...all} />
    </div>
  );
}

const table = (props: Partial<DataTableProps<Row>> = {}) => renderPart(framed(props));

describe("a table with rows", () => {
  it("has names, groups numbers and shows a dash for absent values", async () => {
    table();
    const grid = await screen.findByRole("grid", { name: "Clients" });
    const headers = within(grid).getAllByRole("columnheader");
    expect(headers.map((header) => header.textContent)).toEqual(["Name", "Seats", "More"]);
    // Of the cell itself: WebKit derives no name from its content.
    expect(headers.map((header) => header.getAttribute("aria-label"))).toEqual(["Name", "Seats", "More"]);
    expect(within(grid).getByRole("gridcell", { name: "1,200" })).toBeVisible();
    expect(within(grid).getByRole("gridcell", { name: "–" })).toBeVisible();
    expect(screen.getByText("2 in total")).toHaveRole("status");
    await expectAccessible();
  });

  it("opens a row by click, and by Enter on one of its cells", async () => {
    const onOpen = vi.fn();
    const { user } = table({ onOpen });
    await user.click(await screen.findByRole("gridcell", { name: "Aldgate Bakery" }));
    expect(onOpen).toHaveBeenLastCalledWith(rows[0]);
    await user.keyboard("{ArrowDown}{Enter}");
    expect(onOpen).toHaveBeenLastCalledWith(rows[1]);
  });

  it("keeps a sort that no column shows", async () => {
    const onSort = vi.fn();
    table({ onSort, sort: "-seats_over" });
    const headers = await screen.findAllByRole("columnheader");
    expect(headers.map((header) => header.getAttribute("aria-sort"))).not.toContain("descending");
    expect(onSort).not.toHaveBeenCalled();
  });

  it("is sorted by a header, ascending first, then descending", async () => {
    const onSort = vi.fn();
    const { user, unmount } = table({ onSort, sort: "name" });
    await user.click(await screen.findByText("Seats"));
    expect(onSort).toHaveBeenLastCalledWith("seats");
    unmount();
    table({ onSort, sort: "seats" });
    await user.click(await screen.findByText("Seats"));
    expect(onSort).toHaveBeenLastCalledWith("-seats");
    expect(screen.getByRole("columnheader", { name: /^Seats/ })).toHaveAttribute("aria-sort", "ascending");
  });

  it("is sorted by further columns with Shift, and shows their order", async () => {
    const onSort = vi.fn();
    const { user, rerender } = table({ onSort, sort: "name" });
    await user.keyboard("{Shift>}");
    await user.click(await screen.findByText("Seats"));
    await user.keyboard("{/Shift}");
    expect(onSort).toHaveBeenCalledExactlyOnceWith("name,seats");
    rerender(framed({ onSort, sort: "-name,seats" }));
    const [first, second] = await screen.findAllByRole("columnheader", { name: /sort column/ });
    expect(first).toHaveAccessibleName("Name sort column 1, descending");
    expect(first).toHaveAttribute("aria-sort", "descending");
    expect(second).toHaveTextContent("Seats2↑sort column 2, ascending");
    await expectAccessible();
  });

  it("is sorted by further columns by keyboard", async () => {
    const onSort = vi.fn();
    const { user } = table({ onSort, sort: "name" });
    await user.click(await screen.findByText("Seats"));
    onSort.mockClear();
    await user.keyboard("{Shift>}{Enter}{/Shift}");
    expect(onSort).toHaveBeenCalledExactlyOnceWith("name,seats");
  });

  it.each([
    ["name", "seats", "name,seats"],
    ["name,seats", "seats", "name,-seats"],
    ["name,-seats", "seats", "name"],
    ["-name,seats", "name", "seats"],
    ["-name", "name", "name"],
    ["a,b,c", "d", "a,b,d"],
    ["", "a", "a"],
  ])("sorted by %s, Shift and %s sort by %s", (sort, field, next) => {
    expect(withColumn(sort, field)).toBe(next);
  });

  it("marks the row that is open", async () => {
    table({ selectedId: "2" });
    const cell = await screen.findByRole("gridcell", { name: "Birch Dental" });
    expect(cell.closest("[role=row]")).toHaveAttribute("aria-selected", "true");
  });

  it("shows how many rows are loaded, and loads more on demand", async () => {
    const onMore = vi.fn();
    const { user } = table({ total: 612, hasMore: true, onMore });
    expect(await screen.findByText("Showing 2 of 612")).toBeVisible();
    onMore.mockClear();
    await user.click(screen.getByRole("button", { name: "Load more" }));
    expect(onMore).toHaveBeenCalled();
  });

  it("keeps its scroll position while further rows load", async () => {
    const { rerender } = table({ total: 3, sort: "name", onSort: vi.fn() });
    await screen.findByRole("gridcell", { name: "Aldgate Bakery" });
    const scroller = document.querySelector(".MuiDataGrid-virtualScroller") as HTMLElement;
    scroller.scrollTop = 300;
    const more = [...rows, { id: "3", name: "Castle Farms", seats: 3 }];
    rerender(framed({ rows: more, total: 3, sort: "name", onSort: vi.fn() }));
    await screen.findByRole("gridcell", { name: "Castle Farms" });
    expect(scroller.scrollTop).toBe(300);
  });

  it("keeps its rows when a refetch fails, and shows that they may be old", async () => {
    const onRetry = vi.fn();
    const { user } = table({ problem: new Problem("offline"), onRetry });
    expect(await screen.findByRole("gridcell", { name: "Aldgate Bakery" })).toBeVisible();
    expect(screen.getByText(/may be out of date/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(onRetry).toHaveBeenCalled();
  });
});

describe("a table without rows", () => {
  it("shows a skeleton while it loads, and no empty state", async () => {
    table({ rows: [], total: 0, loading: true });
    await waitFor(() => expect(document.querySelector(".MuiDataGrid-skeletonLoadingOverlay")).not.toBeNull());
    expect(screen.queryByText("No clients yet")).toBeNull();
    expect(screen.getByText("Loading")).toBeVisible();
  });

  it("shows the empty state", async () => {
    table({ rows: [], total: 0 });
    expect(screen.getByText("No clients yet")).toBeVisible();
    await expectAccessible();
  });

  it("shows the filter where nothing matches, and clears it", async () => {
    const onClear = vi.fn();
    const { user } = table({ rows: [], total: 0, filterText: "“zebra”", onClear });
    expect(screen.getByText("Nothing here matches “zebra”.")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(onClear).toHaveBeenCalled();
  });

  it("shows what failed, with a next step and the request id to copy", async () => {
    const onRetry = vi.fn();
    const { user, fake } = table({
      rows: [],
      total: 0,
      problem: new Problem("unavailable", { requestId: "req-9" }),
      onRetry,
    });
    expect(screen.getByRole("alert")).toHaveTextContent("The portal is not available");
    await user.click(screen.getByRole("button", { name: "Copy request id" }));
    expect(fake.clipboard).toBe("req-9");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(onRetry).toHaveBeenCalled();
    await expectAccessible();
  });

  it("offers no retry where the role does not include it", () => {
    table({ rows: [], total: 0, problem: new Problem("forbidden"), onRetry: vi.fn() });
    expect(screen.getByRole("alert")).toHaveTextContent("Your role does not include this");
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });
});
