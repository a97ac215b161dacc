import { useEffect } from "react";
import { type List, useList } from "../bridge/lists";
import type { Client } from "../bridge/models";
import { clientsQuery } from "../bridge/queries";
import { useSession } from "../session/session";

/** The loaded clients of one expanded MSP. */
export type ClientsOf = List<Client>;

interface Props {
  id: string;
  sort: string;
  onList: (id: string, list: ClientsOf | undefined) => void;
}

/** Loads the clients of one expanded MSP and passes them to onList; the table renders them. */
export function OpenedClients({ id, sort, onList }: Props) {
  const { grant } = useSession();
  const list = useList(clientsQuery(grant.id, { msp_id: id, sort }));
  const { rows, total, loading, problem, hasMore, loadingMore } = list;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is a new object on each render
  useEffect(() => onList(id, list), [id, onList, rows, total, loading, problem, hasMore, loadingMore]);
  useEffect(() => () => onList(id, undefined), [id, onList]);
  return null;
}
