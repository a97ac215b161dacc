import { expect, it } from "vitest";
import { hiddenColumns } from "./visibleColumns";

const columns = [
  { field: "name", flex: 1, minWidth: 140 },
  { field: "expires", width: 150, rank: 1 },
  { field: "type", width: 110, rank: 2 },
  { field: "seen", width: 120, rank: 3, from: 1000 },
  { field: "seats", width: 100 },
];

it.each([
  [2000, []],
  [999, ["seen"]],
  [516, ["seen"]],
  [515, ["type", "seen"]],
  [405, ["expires", "type", "seen"]],
  [100, ["expires", "type", "seen"]],
])("hides the highest ranks in a table %d wide until the rest fits", (width, left) => {
  expect(hiddenColumns(columns, width)).toEqual(left);
});

it.each([400, 500, 690, 760, 1012, 1652])("has no column outside a table %d wide", (width) => {
  const left = hiddenColumns(columns, width);
  const kept = columns.filter(({ field }) => !left.includes(field));
  expect(kept.reduce((all, { width: wide, minWidth }) => all + (wide ?? minWidth ?? 0), 0)).toBeLessThan(
    width,
  );
});

it("hides optional columns whatever the width", () => {
  const all = [...columns, { field: "id", width: 90, optional: true }];
  expect(hiddenColumns(all, 2000)).toEqual(["id"]);
});
