import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ConnectionItem, SyncRun } from "../bridge/models";
import { connectionsQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { useSession } from "../session/session";

/** The name of a connection: its product and its customer id. */
export const connectionName = ({
  product_name,
  customer_id,
}: Pick<ConnectionItem, "product_name" | "customer_id">): string =>
  t("products.label", { product: product_name, customer: customer_id });

type OfConnection = Pick<SyncRun, "connection_id">;

/**
 * Returns a function that names the connection of a run; null with fewer than two connections, and without permission.
 */
export function useRunNames(): ((run: OfConnection) => string | null) | null {
  const { grant, can } = useSession();
  const { data } = useQuery({ ...connectionsQuery(grant.id), enabled: can("manage_products") });
  return useMemo(() => {
    if (!data || data.items.length < 2) return null;
    const names = new Map(data.items.map((item) => [item.id, connectionName(item)]));
    return ({ connection_id }: OfConnection) => names.get(connection_id) ?? null;
  }, [data]);
}
