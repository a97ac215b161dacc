import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { newWorld } from "../bridge/fakeWorld";
import { clientColumns } from "../clients/columns";
import { mspColumns } from "../msps/columns";
import { expectAccessible, menuClosed, renderPart } from "../test/render";
import { type Column, DataTable } from "./DataTable";
import { type ListAddress, useListAddress } from "./listAddress";
import { ListPlacesProvider } from "./listPlaces";

interface Row {
  id: string;
  name: string;
}

const columns: Column<Row>[] = [
  { field: "name", name: "Name", text: (row) => row.name, flex: 1, minWidth: 100 },
  { field: "status", name: "Status", text: () => "Active", width: 120 },
  { field: "seats", name: "Seats", number: () => 5, width: 90 },
  { field: "seen", name: "Seen", text: () => "today", width: 90, optional: true },
];
const rows = ["Aldgate", "Birch"].map((name, n) => ({ id: String(n), name }));

let address: ListAddress;

function List() {
  const { pathname, search } = useLocation();
  address = useListAddress("/clients");
  return (
    <div style={{ display: "flex", width: 900, height: 500 }}>
      <output>{decodeURIComponent(pathname + search)}</output>
      <DataTable
        label="Clients"
        list="/clients"
        columns={columns}
        rows={rows}
        total={2}
        loading={false}
        problem={null}
        empty={null}
      />
    </div>
  );
}

const open = (path: string, layouts = new Map<string, string>()) => {
  const places = { layouts, scrolled: new Map(), opened: () => [], addressOf: (to: string) => to };
  return renderPart(
    <ListPlacesProvider value={places}>
      <List />
    </ListPlacesProvider>,
    path,
  );
};
const headers = () => screen.getAllByRole("columnheader").map((header) => header.textContent);
const shown = () => document.querySelector("output")?.textContent;
const openDialog = async () => {
  const button = screen.getByRole("button", { name: "Columns" });
  button.focus();
  fireEvent.click(button);
  return screen.findByRole("dialog", { name: "Columns of this list" });
};

describe("the columns of a list", () => {
  it("are those of the address, in its order", () => {
    open("/clients?columns=seen,name:240");
    expect(headers()).toEqual(["Seen", "Name"]);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("are its own ones without a choice", () => {
    open("/clients");
    expect(headers()).toEqual(["Name", "Status", "Seats"]);
  });

  it("are chosen, moved and reset in a dialog by keyboard", async () => {
    const { user } = open("/clients?columns=name,status");
    const list = await openDialog();
    await expectAccessible();
    const box = (name: string) => within(list).getByRole("checkbox", { name });
    expect(box("Name")).toBeChecked();
    expect(box("Seen")).not.toBeChecked();
    act(() => box("Status").focus());
    await user.keyboard("{Alt>}{ArrowUp}{/Alt}");
    expect(shown()).toBe("/clients?columns=status,name");
    expect(box("Status")).toHaveFocus();
    expect(within(list).getByText("Status: column 1 of 4")).toBeInTheDocument();
    act(() => box("Seen").focus());
    await user.keyboard(" ");
    expect(shown()).toBe("/clients?columns=status,name,seen");
    fireEvent.click(box("Name"));
    fireEvent.click(box("Status"));
    expect(shown()).toBe("/clients?columns=seen");
    expect(box("Seen")).toBeDisabled();
    fireEvent.click(within(list).getByRole("button", { name: "Reset" }));
    expect(shown()).toBe("/clients");
    expect(box("Name")).toBeChecked();
    await user.keyboard("{Escape}");
    await menuClosed();
    expect(screen.getByRole("button", { name: "Columns" })).toHaveFocus();
    expect(headers()).toEqual(["Name", "Status", "Seats"]);
  });

  it("are moved by buttons, which keep the focus", async () => {
    open("/clients?columns=name,seats,status");
    const list = await openDialog();
    const up = within(list).getByRole("button", { name: "Move Status up" });
    act(() => up.focus());
    fireEvent.click(up);
    expect(shown()).toContain("columns=name,status,seats");
    expect(up).toHaveFocus();
    fireEvent.click(up);
    expect(shown()).toContain("columns=status,name,seats");
    expect(within(list).getByRole("checkbox", { name: "Status" })).toHaveFocus();
  });

  it("get other widths and places by keys on a header", () => {
    open("/clients?columns=name:240,status:180");
    const press = (name: string, ctrlKey: boolean) =>
      fireEvent.keyDown(screen.getByRole("columnheader", { name }), {
        key: "ArrowRight",
        shiftKey: true,
        ctrlKey,
      });
    press("Status", false);
    expect(shown()).toContain("columns=name:240,status:200");
    press("Name", true);
    expect(shown()).toContain("columns=status:200,name:240");
    expect(headers()).toEqual(["Status", "Name"]);
  });

  it("get another width by a key in the dialog", async () => {
    const { user } = open("/clients?columns=name:240,status:180");
    const list = await openDialog();
    act(() => within(list).getByRole("checkbox", { name: "Name" }).focus());
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    expect(shown()).toContain("columns=name:220,status:180");
    expect(within(list).getByText("Name: 220 pixels wide")).toBeInTheDocument();
  });

  it("stay when the filters are cleared", () => {
    open("/clients?q=a&columns=status,name&sort=name");
    act(() => address.clear());
    expect(shown()).toBe("/clients?columns=status,name&sort=name");
  });
});

describe("a link that names columns which do not exist", () => {
  it("says which, and applies the rest", async () => {
    open("/clients?q=a&sort=-name&columns=status,colour,name,shape:90");
    expect(headers()).toEqual(["Status", "Name"]);
    const alert = screen.getByText(/do not exist: colour and shape:90\. The others are shown\./);
    await expectAccessible();
    const box = alert.closest("[role=alert]") as HTMLElement;
    fireEvent.click(within(box).getByRole("button", { name: "Close" }));
    expect(screen.queryByText(/do not exist/)).toBeNull();
    expect(shown()).toBe("/clients?q=a&sort=-name&columns=status,name");
    expect(headers()).toEqual(["Status", "Name"]);
  });

  it("shows the list's own columns where none is left", () => {
    open("/clients?columns=colour");
    expect(screen.getByText(/names a column that does not exist: colour/)).toBeVisible();
    expect(headers()).toEqual(["Name", "Status", "Seats"]);
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(shown()).toBe("/clients");
  });

  it("names a few of many, and cuts long ones", () => {
    const many = Array.from({ length: 30 }, (_, n) => `${"x".repeat(80)}${n}`);
    open(`/clients?columns=${many.join(",")}`);
    const text = screen.getByText(/do not exist/).textContent ?? "";
    expect(text).toContain("25 more");
    expect(text.length).toBeLessThan(400);
  });
});

describe("the last layout of a list", () => {
  it("is used where an address has none, and is then in the address", async () => {
    open("/clients?status=active", new Map([["/clients", "status,name"]]));
    expect(headers()).toEqual(["Status", "Name"]);
    await waitFor(() => expect(shown()).toBe("/clients?status=active&columns=status,name"));
  });

  it("is replaced by that of an address, and removed by a reset", async () => {
    const layouts = new Map([["/clients", "status,name"]]);
    open("/clients?columns=seats", layouts);
    await waitFor(() => expect(layouts.get("/clients")).toBe("seats"));
    fireEvent.click(within(await openDialog()).getByRole("button", { name: "Reset" }));
    expect(shown()).toBe("/clients");
    expect(layouts.size).toBe(0);
  });
});

describe("the columns that are offered", () => {
  const nothing = () => undefined;
  const world = newWorld();

  it.each([
    ["clients", clientColumns({ onMSP: nothing, type: false, expiry: false }), world.clients[0]],
    ["MSPs", mspColumns({ expiry: false, onToggle: nothing }), world.msps[0]],
  ])("are all that the API has of %s", (_, offered, row) => {
    const fields = (offered as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(Object.keys(row ?? {})));
    expect(new Set(fields).size).toBe(fields.length);
  });
});
