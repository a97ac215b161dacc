import type { ComponentProps, ReactNode } from "react";
import type { Problem } from "../bridge/problem";
import { Delayed, SkeletonLines } from "./Delayed";
import { ErrorPanel } from "./ErrorPanel";
import { SentFields } from "./SentFields";
import { SidePanel } from "./SidePanel";

interface Props {
  title: string;
  lead: ReactNode;
  /** The facts that are known so far; null for none. */
  facts: ReactNode;
  query: {
    data: ComponentProps<typeof SentFields> | undefined;
    error: Problem | null;
    isPending: boolean;
    refetch: () => unknown;
  };
  /** What follows the facts once it is loaded: the history and more. */
  details: ReactNode;
  /** The values among the facts, which the fields of the product do not repeat. */
  shown?: ComponentProps<typeof SentFields>["shown"];
  /** Buttons beside the name. */
  actions?: ReactNode;
  onClose?: (() => void) | undefined;
}

/** The panel of one customer: facts, history and the fields that the product sent, or why they could not be loaded. */
export function DetailPanel({ title, lead, facts, query, details, shown, actions, onClose }: Props) {
  const { data, error, isPending, refetch } = query;
  return (
    <SidePanel title={title} lead={lead} actions={actions} onClose={onClose}>
      {facts}
      {data && (
        <>
          {details}
          <SentFields fields={data.fields} shown={shown ?? []} />
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
