import { describe, expect, it } from "vitest";
import { inviteColumns } from "../admin/columns";
import { userColumns } from "../admin/userColumns";
import { clientColumns } from "../clients/columns";
import { mspColumns } from "../msps/columns";
import { hiddenColumns } from "../parts/visibleColumns";
import { runColumns } from "../sync/columns";

const nothing = () => undefined;

/** Every table, with the columns that must not be hidden. */
const tables = {
  users: { columns: userColumns(true), kept: ["name", "role", "status"] },
  invites: {
    columns: inviteColumns({ onResend: nothing, onRevoke: nothing, withMSP: true }),
    kept: ["email", "role", "status", "actions"],
  },
  runs: { columns: runColumns(null), kept: ["status", "started_at"] },
  "runs of several connections": { columns: runColumns(() => "Heimdal"), kept: ["status", "started_at"] },
  clients: { columns: clientColumns({ onMSP: nothing, type: true, expiry: true }), kept: ["name"] },
  msps: { columns: mspColumns({ expiry: true, onToggle: nothing }), kept: ["name", "clients"] },
};

// 429 is the least width beside an open panel, 692 that of a table in a window of 960.
const widths = [429, 600, 692, 760, 860, 1012, 1232, 1652];

describe.each(Object.entries(tables))("the columns of %s", (name, { columns, kept }) => {
  // Invites have no panel, so their table is never narrower than in the narrowest window.
  it.each(widths.filter((width) => name !== "invites" || width > 620))("fit into %d pixels", (width) => {
    const hidden = hiddenColumns(columns, width);
    const shown = columns.filter(({ field }) => !hidden.includes(field));
    const needed = shown.reduce(
      (sum, column) => sum + (column.flex === undefined ? (column.width ?? 100) : (column.minWidth ?? 80)),
      0,
    );
    expect(needed).toBeLessThanOrEqual(width);
    expect(shown.map(({ field }) => field)).toEqual(expect.arrayContaining(kept));
  });
});
