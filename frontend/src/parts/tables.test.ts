import { describe, expect, it } from "vitest";
import { inviteColumns } from "../admin/columns";
import { userColumns } from "../admin/userColumns";
import { changeColumns } from "../changes/columns";
import { clientColumns } from "../clients/columns";
import { mspColumns } from "../msps/columns";
import { runColumns } from "../sync/columns";
import { isCopied } from "./cellText";
import type { Column } from "./tableColumn";

const sources = Object.entries(
  import.meta.glob<string>("../**/*.tsx", { query: "?raw", import: "default", eager: true }),
).filter(([path]) => !/\.test\.tsx$/.test(path));

describe("every table", () => {
  const tables = sources.flatMap(([path, text]) =>
    Array.from(text.matchAll(/<DataTable\s[\s\S]*?\/>/g), ([tag]) => [path.replace("../", ""), tag] as const),
  );

  it("offers a choice of its columns, but for the three sums of a review", () => {
    const fixed = tables.filter(([, tag]) => !/\slist=/.test(tag)).map(([path]) => path);
    expect(fixed).toEqual(["sync/ReviewTotals.tsx"]);
    expect(tables.length).toBeGreaterThan(7);
  });
});

const nothing = () => undefined;

it.each(
  Object.entries({
    clients: clientColumns({ onMSP: nothing, type: true, expiry: true }),
    msps: mspColumns({ expiry: true, onToggle: nothing }),
    changes: changeColumns({ mssp: "Northwind", withRuns: true }),
    users: userColumns(true),
    invites: inviteColumns({ onResend: nothing, onRevoke: nothing, withMSP: true }),
    runs: runColumns(() => "Heimdal"),
  }),
)("every column of %s can be copied, but that of actions", (_, columns) => {
  const left = (columns as Column<unknown>[]).filter((column) => !isCopied(column));
  expect(left.map(({ field }) => field).filter((field) => field !== "actions")).toEqual([]);
});
