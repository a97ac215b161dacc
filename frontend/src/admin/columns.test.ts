import { expect, it } from "vitest";
import { hiddenColumns } from "../parts/visibleColumns";
import { inviteColumns } from "./columns";

const columns = inviteColumns({ onResend: () => undefined, onRevoke: () => undefined });

it.each([614, 692, 760, 860, 1000, 1232])("the columns of invites fit into a table %d wide", (width) => {
  const hidden = hiddenColumns(columns, width);
  const shown = columns.filter(({ field }) => !hidden.includes(field));
  const needed = shown.reduce((sum, column) => sum + (column.width ?? column.minWidth ?? 0), 0);
  expect(needed).toBeLessThanOrEqual(width);
  expect(shown.map(({ field }) => field)).toContain("actions");
});
