// The field map calls of the fake. A change is visible at once and used by the next run; a preview saves nothing.
import { reviewedFields } from "./enums";
import { unread } from "./fakeFieldMap";
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
      const needs_review = changes.some(({ field }) => reviewedFields.some((reviewed) => reviewed === field));
      return { items, needs_review, failed_run: false, unread: [] };
    },
    see: (id: string, _runID: string) => {
      known(id);
      world.attention = world.attention.filter(({ kind }) => kind !== "fields_changed");
    },
  };
}
