import type { ComponentProps, ReactNode } from "react";
import type { Problem } from "../bridge/problem";
import { Delayed, SkeletonLines } from "./Delayed";
import { ErrorPanel } from "./ErrorPanel";
import { History } from "./History";
import { SentFields } from "./SentFields";
import { SidePanel } from "./SidePanel";

interface Props {
  title: string;
  lead: ReactNode;
  /** What is known so far; null while nothing is. */
  facts: ReactNode;
  query: {
    data:
      | (ComponentProps<typeof SentFields> & { history: ComponentProps<typeof History>["changes"] })
      | undefined;
    error: Problem | null;
    isPending: boolean;
    refetch: () => unknown;
  };
  /** Where a sync run can be looked at; absent for those who may not. */
  runPath?: ((id: string) => string) | undefined;
  onClose?: (() => void) | undefined;
}

/** One thing a product told of: what is known, what happened to it, what the product sent; or why not. */
export function DetailPanel({ title, lead, facts, query, runPath, onClose }: Props) {
  const { data, error, isPending, refetch } = query;
  return (
    <SidePanel title={title} lead={lead} onClose={onClose}>
      {facts}
      {data && (
        <>
          <History changes={data.history} runPath={runPath} />
          <SentFields fields={data.fields} />
        </>
      )}
      {isPending && (
        <Delayed>
          <SkeletonLines lines={facts ? 4 : 10} />
        </Delayed>
      )}
      {error && !data && <ErrorPanel problem={error} onRetry={() => void refetch()} />}
    </SidePanel>
  );
}
