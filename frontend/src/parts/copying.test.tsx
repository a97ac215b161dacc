import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { inviteColumns } from "../admin/columns";
import { inviteFilters, userFilters } from "../admin/filters";
import { userColumns } from "../admin/userColumns";
import { createFake, users } from "../bridge/fake";
import { syncStates } from "../bridge/fakeStates";
import { newWorld } from "../bridge/fakeWorld";
import { changeColumns } from "../changes/columns";
import { changeFilters } from "../changes/filters";
import { clientColumns } from "../clients/columns";
import { clientFilters } from "../clients/filters";
import { formatDate } from "../i18n/format";
import { mspColumns } from "../msps/columns";
import { mspFilters } from "../msps/filters";
import { rowsOf } from "../msps/rows";
import { runColumns } from "../sync/columns";
import { runFilters } from "../sync/filters";
import { expectAccessible, menuClosed, renderPart } from "../test/render";
import { neutral, tabSeparated } from "./cellText";
import { type Column, DataTable, type DataTableProps } from "./DataTable";
import { dayFilter } from "./dayFilter";
import { TimeZone } from "./timeZone";

interface Row {
  id: string;
  name: string;
  ends: string | null;
}

const columns: Column<Row>[] = [
  {
    field: "name",
    name: "Name",
    text: (row) => row.name,
    filter: ({ name }) => ({ name: `=${name}` }),
    flex: 1,
    minWidth: 100,
  },
  { field: "ends", name: "Ends", render: (row) => `on ${row.ends}`, copy: (row) => row.ends, width: 90 },
];
const rows: Row[] = [
  { id: "id0", name: "Aldgate", ends: "2026-12-01" },
  { id: "id1", name: "+Birch", ends: null },
];

const list = (props: Partial<DataTableProps<Row>> = {}) =>
  renderPart(
    <div style={{ display: "flex", width: 900, height: 500 }}>
      <DataTable
        label="Clients"
        columns={columns}
        rows={rows}
        total={2}
        loading={false}
        problem={null}
        empty={null}
        select={{ key: "", nameOf: ({ name }) => name }}
        {...props}
      />
    </div>,
  );
const cell = (name: string) => screen.getByRole("gridcell", { name });
const menu = () => screen.findByRole("menu", { name: "Actions of the cell" });
const items = async () =>
  within(await menu())
    .getAllByRole("menuitem")
    .map((item) => item.textContent);
const pick = async (name: string | RegExp) => {
  fireEvent.click(within(await menu()).getByRole("menuitem", { name }));
  await menuClosed();
};

describe("the menu of a cell", () => {
  it("has what can be done, on a right click", async () => {
    list({ onOpen: vi.fn(), onFilter: vi.fn(), portalLinkOf: ({ id }) => `fsportal://client/${id}` });
    fireEvent.contextMenu(cell("Aldgate"), { clientX: 20, clientY: 20 });
    expect(await items()).toEqual([
      "Open",
      "Show only Name: Aldgate",
      "Select",
      "Copy cell",
      "Copy row",
      "Copy id",
      "Copy link",
    ]);
    // The menu is outside of the page's landmarks.
    expect(screen.getByRole("region", { name: "Actions of the cell" })).toContainElement(await menu());
    await expectAccessible();
  });

  it.each([
    ["Shift+F10", { key: "F10", shiftKey: true }],
    ["the menu key", { key: "ContextMenu" }],
  ])("opens by %s and returns the focus", async (_, key) => {
    const { user } = list();
    act(() => cell("Aldgate").focus());
    fireEvent.keyDown(cell("Aldgate"), key);
    expect(await items()).toEqual(["Select", "Copy cell", "Copy row", "Copy id"]);
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(cell("Aldgate")).toHaveFocus();
  });

  it("says what it has copied", async () => {
    list();
    fireEvent.contextMenu(cell("+Birch"));
    await pick("Copy cell");
    expect(await screen.findByText("Copied: '+Birch")).toBeVisible();
  });

  it("copies the cell, the row, the id and the link", async () => {
    const { fake } = list({ portalLinkOf: ({ id }) => `fsportal://client/${id}` });
    for (const [name, want] of [
      ["Copy cell", "'+Birch"],
      ["Copy row", "Name\tEnds\n'+Birch\t"],
      ["Copy id", "id1"],
      ["Copy link", "fsportal://client/id1"],
    ] as const) {
      fireEvent.contextMenu(cell("+Birch"));
      await pick(name);
      await waitFor(() => expect(fake.clipboard).toBe(want));
    }
  });

  it("filters by the value, opens, and selects", async () => {
    const onOpen = vi.fn();
    const onFilter = vi.fn();
    list({ onOpen, onFilter });
    fireEvent.contextMenu(cell("Aldgate"));
    await pick(/^Show only/);
    expect(onFilter).toHaveBeenCalledExactlyOnceWith({ name: "=Aldgate" });
    fireEvent.contextMenu(cell("Aldgate"));
    await pick("Open");
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(rows[0]);
    fireEvent.contextMenu(cell("Aldgate"));
    await pick("Select");
    expect(screen.getByRole("checkbox", { name: "Select Aldgate" })).toBeChecked();
  });

  it("has no filter where the column has none, and does not copy an empty cell", async () => {
    list({ onFilter: vi.fn() });
    fireEvent.contextMenu(cell("on null"));
    expect(await items()).toEqual(["Select", "Copy cell", "Copy row", "Copy id"]);
    expect(within(await menu()).getByRole("menuitem", { name: "Copy cell" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
  });
});

describe("Ctrl+C", () => {
  const copyFrom = (name: string) => fireEvent.keyDown(cell(name), { key: "c", ctrlKey: true });

  it("copies the cell without a selection", async () => {
    const { fake } = list();
    copyFrom("on 2026-12-01");
    await waitFor(() => expect(fake.clipboard).toBe("2026-12-01"));
    expect(await screen.findByText("Copied: 2026-12-01")).toBeVisible();
  });

  it("copies the selected rows with a header", async () => {
    const { fake } = list();
    fireEvent.click(screen.getByRole("checkbox", { name: "Select all loaded rows" }));
    copyFrom("Aldgate");
    await waitFor(() => expect(fake.clipboard).toBe("Name\tEnds\nAldgate\t2026-12-01\n'+Birch\t"));
  });

  it("leaves marked text to the browser", () => {
    const { fake } = list();
    const marked = vi.spyOn(window, "getSelection").mockReturnValue({ toString: () => "gate" } as Selection);
    copyFrom("Aldgate");
    marked.mockRestore();
    expect(fake.clipboard).toBe("");
  });
});

describe("copied text", () => {
  it.each(["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\na", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"])(
    "is no formula: %j",
    (text) => {
      expect(neutral(text)).toBe(`'${text}`);
    },
  );

  it("keeps each row in its line and each cell in its column", () => {
    const row = { id: "1", name: "a\tb\r\nc", ends: "=x\ty" };
    expect(tabSeparated(columns, [row])).toBe("Name\tEnds\na b c\t'=x y");
  });

  it("has plain numbers, also negative ones", () => {
    const numbers: Column<Row>[] = [{ field: "n", name: "N", number: () => -1234 }];
    expect(tabSeparated(numbers, rows.slice(0, 1))).toBe("N\n-1234");
  });
});

describe("the filter of a day or a moment", () => {
  const moments: Column<Row>[] = [
    ...columns.slice(0, 1),
    {
      field: "ends",
      name: "Seen",
      copy: (row) => row.ends,
      ...dayFilter((row: Row) => row.ends, ["from", "to"], "none"),
      width: 90,
    },
  ];
  const chosen = async (zone: string, ends: string | null) => {
    const onFilter = vi.fn();
    renderPart(
      <TimeZone value={zone}>
        <div style={{ display: "flex", width: 900, height: 500 }}>
          <DataTable
            label="Clients"
            columns={moments}
            rows={[{ id: "id0", name: "Aldgate", ends }]}
            total={1}
            loading={false}
            problem={null}
            empty={null}
            onFilter={onFilter}
          />
        </div>
      </TimeZone>,
    );
    const cells = screen.getAllByRole("gridcell");
    fireEvent.contextMenu(cells.find((one) => one.getAttribute("data-field") === "ends") as HTMLElement);
    const item = within(await menu()).getByRole("menuitem", { name: /^Show only/ });
    const text = item.textContent;
    fireEvent.click(item);
    return { text, filter: onFilter.mock.calls[0]?.[0] };
  };

  it.each([
    ["Pacific/Auckland", "2026-03-02"],
    ["America/New_York", "2026-03-01"],
  ])("is the day in the time zone %s", async (zone, day) => {
    expect(await chosen(zone, "2026-03-01T22:30:00Z")).toEqual({
      text: `Show only Seen: ${formatDate(day)}`,
      filter: { from: day, to: day },
    });
  });

  it("is a day itself, wherever the user is", async () => {
    expect(await chosen("America/New_York", "2026-03-01")).toEqual({
      text: `Show only Seen: ${formatDate("2026-03-01")}`,
      filter: { from: "2026-03-01", to: "2026-03-01" },
    });
  });

  it("is that there is none where the cell is empty", async () => {
    expect(await chosen("UTC", null)).toEqual({
      text: "Show only Seen: none",
      filter: { from: "none", to: "none" },
    });
  });
});

describe("the filter of a cell", () => {
  const world = newWorld();
  const nothing = () => undefined;
  type Table = Record<string, { parse: (text: string) => string | undefined }>;

  /** Checks that a list understands the filter of each cell; returns how many columns have one. */
  function expectKnown<Item>(all: Column<Item>[], rows: Item[], table: object): number {
    expect(rows).not.toEqual([]);
    for (const row of rows) {
      for (const column of all) {
        const filter = column.filter?.(row, "UTC") ?? {};
        const parsed = Object.entries(filter).map(([name, text]) => [
          name,
          (table as Table)[name]?.parse(text),
        ]);
        expect(parsed).toEqual(Object.entries(filter));
      }
    }
    return all.filter((column) => rows.some((row) => column.filter?.(row, "UTC"))).length;
  }

  it("is one that the list of clients has", () => {
    const all = clientColumns({ onMSP: nothing, type: true, expiry: true });
    expect(expectKnown(all, world.clients, clientFilters)).toBeGreaterThan(12);
  });

  it("is one that the list of MSPs has", () => {
    const all = mspColumns({ expiry: true, onToggle: nothing });
    expect(expectKnown(all, rowsOf(world.msps, [], {}), mspFilters)).toBeGreaterThan(12);
  });

  /** The fake with the administrator signed in. */
  async function signedIn() {
    const fake = createFake({ signedIn: users.admin });
    syncStates.changed(fake.world);
    await fake.resume();
    return fake;
  }

  it("is one that the list of changes has", async () => {
    const { items } = await (await signedIn()).changes({ limit: 200 });
    const all = changeColumns({ mssp: "Northwind", withRuns: true });
    expect(expectKnown(all, items, changeFilters)).toBe(6);
  });

  it("is one that the list of users has", async () => {
    const { items } = await (await signedIn()).users({});
    expect(expectKnown(userColumns(true), items, userFilters)).toBe(5);
  });

  it("is one that the list of invites has", () => {
    const all = inviteColumns({ onResend: nothing, onRevoke: nothing, withMSP: true });
    expect(expectKnown(all, world.invites, inviteFilters)).toBe(6);
  });

  it("is one that the list of runs has", () => {
    expect(
      expectKnown(
        runColumns(() => "Heimdal"),
        world.runs,
        runFilters,
      ),
    ).toBe(4);
  });
});
