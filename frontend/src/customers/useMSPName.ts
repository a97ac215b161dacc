import { useQuery } from "@tanstack/react-query";
import { mspQuery } from "../bridge/queries";
import { useSession } from "../session/session";

/** The name of an MSP; undefined for no id, for "none", and while it loads. */
export function useMSPName(id: string | undefined): string | undefined {
  const { grant } = useSession();
  const enabled = id !== undefined && id !== "none";
  return useQuery({ ...mspQuery(grant.id, id ?? ""), enabled }).data?.name;
}
