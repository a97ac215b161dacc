// The field map of the fake's connection.
import { customerFields } from "./enums";
import type { CustomerField, FieldMap, FieldPath } from "./models";

/** The field map of a connection before its first run. */
export const unread: FieldMap = {
  items: [],
  fields: [...customerFields],
  customers: 0,
  run_id: null,
  read_at: null,
  harmless: [],
  failed_run: false,
};

const path = (name: string, field: CustomerField | null, over: Partial<FieldPath> = {}): FieldPath => ({
  path: name,
  types: ["text"],
  customers: 636,
  example: "",
  field,
  source: field ? "automatic" : "none",
  pending: false,
  absent: false,
  shared: false,
  unreadable: 0,
  unreadable_example: "",
  ...over,
});

/** The field map of a product whose licence figures have names that the portal does not know. */
export const fieldMap = (runID: string, readAt: string): FieldMap => ({
  ...unread,
  customers: 636,
  run_id: runID,
  read_at: readAt,
  items: [
    path("id", "id", { types: ["number"], example: "120452" }),
    path("name", "name", { example: "Aldgate Bakery Ltd" }),
    path("type", "type", { example: "CORP" }),
    path("reseller.id", "parent", { types: ["number", "null"], example: "17" }),
    path("entitlement", null, { types: ["object"], customers: 612 }),
    path("entitlement.bought", null, { types: ["number"], customers: 612, example: "40" }),
    path("entitlement.inUse", null, { types: ["number"], customers: 612, example: "31" }),
    path("entitlement.until", "expires_on", {
      customers: 590,
      example: "2027-05-31",
      unreadable: 3,
      unreadable_example: "soon",
    }),
    path("isSpla", "spla", { types: ["yes_no"], customers: 612, example: "false" }),
    path("notes", null, { customers: 12, example: "Call before noon" }),
    path("legacyCode", null, { customers: 0, types: [] }),
  ],
});
