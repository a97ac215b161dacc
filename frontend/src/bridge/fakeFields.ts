// What the API promises about field maps: a change is shown at once and used by the next run; a preview saves nothing.
import type { World } from "./fakeWorld";
import type {
  CustomerField,
  FieldMap,
  FieldMapChange,
  FieldMapPreview,
  FieldPath,
  FieldValueChange,
  Me,
  SyncRun,
} from "./models";
import { Problem } from "./problem";

interface Tools {
  world: World;
  need: (permission: Me["permissions"][number]) => Me;
  queue: (connectionID: string) => SyncRun;
}

const mayMove: CustomerField[] = ["id", "name", "parent", "type"];

export function fakeFields({ world, need, queue }: Tools) {
  function known(id: string): FieldMap {
    need("manage_products");
    if (!world.connections.some((one) => one.id === id)) {
      throw new Problem("not_found", { message: "No such connection." });
    }
    return world.fieldMaps[id] ?? unread;
  }

  function changed(path: FieldPath, to: CustomerField | "" | null | undefined): FieldPath {
    if (to === undefined) return path;
    if (to === null) return { ...path, field: null, source: "automatic", pending: true };
    return { ...path, field: to || null, source: "admin", pending: true };
  }

  function check(map: FieldMap, { fields }: FieldMapChange) {
    const unknown = Object.keys(fields).find((path) => !map.items.some((item) => item.path === path));
    if (unknown === undefined) return;
    const message = `The customers of this connection have no field “${unknown}”.`;
    throw new Problem("invalid", { field: "fields", message });
  }

  function values(map: FieldMap, { fields }: FieldMapChange): FieldValueChange[] {
    return Object.entries(fields).flatMap(([path, to]) => {
      const item = map.items.find((one) => one.path === path);
      const lost = item?.field ? [{ field: item.field, before: item.example, after: null }] : [];
      return to ? [...lost, { field: to, before: null, after: item?.example ?? null }] : lost;
    });
  }

  return {
    show: (id: string): FieldMap => structuredClone(known(id)),
    change: (id: string, change: FieldMapChange): FieldMap => {
      const map = known(id);
      check(map, change);
      const items = map.items.map((item) => ({
        ...changed(item, change.fields[item.path]),
        shared: change.shared?.[item.path] ?? item.shared,
      }));
      world.fieldMaps = { ...world.fieldMaps, [id]: { ...map, items } };
      if (Object.keys(change.fields).length > 0) queue(id);
      return structuredClone({ ...map, items });
    },
    preview: (id: string, change: FieldMapChange): FieldMapPreview => {
      const map = known(id);
      check(map, change);
      const changes = values(map, change);
      const items = world.clients
        .slice(0, 10)
        .map(({ id, name }) => ({ kind: "client" as const, id, name, changes, known: true, error: null }));
      const needs_review = changes.some(({ field }) => mayMove.includes(field));
      return { items, needs_review, failed_run: false, unread: [] };
    },
    see: (id: string, _runID: string) => {
      known(id);
      world.attention = world.attention.filter(({ kind }) => kind !== "fields_changed");
    },
  };
}

const all: CustomerField[] = [
  "id",
  "name",
  "parent",
  "type",
  "status_reason",
  "products",
  "licence_type",
  "spla",
  "seats_used",
  "seats_total",
  "expires_on",
];

const unread: FieldMap = {
  items: [],
  fields: all,
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

/** A product whose licence figures have names that the portal does not know. */
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
