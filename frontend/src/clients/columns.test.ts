import { expect, it } from "vitest";
import { hiddenColumns } from "../parts/visibleColumns";
import { clientColumns } from "./columns";

const columns = clientColumns({ onMSP: () => undefined, type: true, expiry: true });
const shownAt = (width: number) => {
  const hidden = hiddenColumns(columns, width);
  return columns.map(({ field }) => field).filter((field) => !hidden.includes(field));
};

it.each([
  [
    "in a window of 1280 pixels",
    1012,
    ["name", "msp_name", "licence_type", "spla", "seats_used", "seats_total", "expires_on"],
  ],
  ["with the panel beside it", 592, ["name", "msp_name", "seats_used", "expires_on"]],
  ["in the narrowest window", 692, ["name", "msp_name", "seats_used", "seats_total", "expires_on"]],
])("shows what differs between clients %s", (_, width, fields) => {
  expect(shownAt(width)).toEqual(fields);
});

it("hides the MSP last", () => {
  for (let width = 2000; width > 0; width -= 1) {
    const fields = shownAt(width);
    if (!fields.includes("msp_name")) {
      expect(fields).toEqual(["name"]);
      return;
    }
  }
});

it("does not cut the end of a licence", () => {
  expect(columns.find(({ field }) => field === "expires_on")?.width).toBeGreaterThanOrEqual(170);
});
