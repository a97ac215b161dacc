import { describe, expect, it } from "vitest";
import {
  arranged,
  listedColumns,
  moved,
  parseLayout,
  withFields,
  withWidth,
  writeLayout,
} from "./columnLayout";
import { spanOf } from "./tableColumn";

const fields = ["name", "msp", "seats", "seen"];
const columns = [
  { field: "name", flex: 1, minWidth: 140 },
  { field: "msp", width: 120 },
  { field: "seats", width: 80 },
  { field: "seen", width: 90, optional: true },
];

describe("a layout in the address", () => {
  it.each(["name:240,seats,msp", "seen", "auto,name:240"])("is read and written: %s", (text) => {
    const { layout, unknown } = parseLayout(text, fields);
    expect(writeLayout(layout)).toBe(text);
    expect(unknown).toEqual([]);
  });

  it.each([
    ["name,colour,seats", "name,seats", ["colour"]],
    ["colour", "", ["colour"]],
    ["auto,colour:80", "", ["colour:80"]],
    ["name,name:90", "name", []],
    ["name:abc,seats", "seats", ["name:abc"]],
    ["name:-5,seats", "seats", ["name:-5"]],
    ["name:3,msp:99999", "name:50,msp:1600", []],
    ["name,auto", "name", ["auto"]],
    ["<b>,name", "name", ["<b>"]],
    [",,name,", "name", []],
    ["", "", []],
  ])("is parsed strictly: %s", (text, written, unknown) => {
    const parsed = parseLayout(text, fields);
    expect(writeLayout(parsed.layout)).toBe(written);
    expect(parsed.unknown).toEqual(unknown);
  });

  it("is never more than the columns of the list, whatever the text", () => {
    const parts = ["name", "seats:12", ":", ",", "auto", "x", "\u0000", "=", "1e9", "seen:0"];
    for (let n = 0; n < 2_000; n += 1) {
      const text = Array.from({ length: n % 9 }, (_, at) => parts[(n * 7 + at * at * 3) % parts.length]).join(
        n % 2 ? "," : "",
      );
      const { layout } = parseLayout(text, fields);
      const found = layout?.columns.map(({ field }) => field) ?? [];
      expect(
        found.every((field) => fields.includes(field)),
        text,
      ).toBe(true);
      expect(new Set(found).size, text).toBe(found.length);
      const again = parseLayout(writeLayout(layout), fields);
      expect(again, text).toEqual({ layout, unknown: [] });
    }
  });
});

describe("a layout", () => {
  it("orders the columns, the chosen ones first, and fixes widths", () => {
    const { layout } = parseLayout("seats,name:100", fields);
    const got = arranged(columns, layout);
    expect(got.map(({ field }) => field)).toEqual(["seats", "name", "msp", "seen"]);
    // The least width of a column stays.
    expect(got[1]).toEqual({ field: "name", minWidth: 140, width: 140 });
  });

  it("keeps the columns' own order where only widths are chosen", () => {
    const { layout } = parseLayout("auto,seats:200", fields);
    const got = arranged(columns, layout);
    expect(got.map(({ field }) => field)).toEqual(fields);
    expect(got[2]).toMatchObject({ width: 200 });
  });

  it("gets another width, and keeps it when columns are chosen", () => {
    const wide = withWidth(undefined, "msp", 201.4);
    expect(writeLayout(wide)).toBe("auto,msp:201");
    expect(writeLayout(withFields(wide, ["seats", "msp"]))).toBe("seats,msp:201");
    expect(writeLayout(withWidth(withFields(wide, ["seats", "msp"]), "seats", 90))).toBe("seats:90,msp:201");
  });

  it.each([
    ["b", -1, "bac"],
    ["b", 1, "acb"],
    ["a", -1, "abc"],
    ["c", 1, "abc"],
  ] as const)("moves %s by %d", (item, step, want) => {
    expect(moved(["a", "b", "c"], item, step).join("")).toBe(want);
  });

  it("says which columns an export holds", () => {
    const of = (text?: string) => listedColumns(columns, text).map(({ field }) => field);
    expect(of()).toEqual(["name", "msp", "seats"]);
    expect(of("auto,msp:90")).toEqual(["name", "msp", "seats"]);
    expect(of("seen,colour,name:200")).toEqual(["seen", "name"]);
  });
});

it.each([
  [["name", "clients", "seats"], ["clients"], 2],
  [["name", "seats", "clients"], ["clients"], 1],
  [["clients", "name"], ["clients"], 1],
  [["seats", "name", "clients"], "all", 2],
  [["name"], "all", 1],
] as const)("a cell of %j covers %j: %d columns", (visible, covered, want) => {
  expect(spanOf("name", covered as string[] | "all", [...visible])).toBe(want);
});
