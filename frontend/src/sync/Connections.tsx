import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ConnectionItem } from "../bridge/models";
import { connectionsQuery, overviewQuery } from "../bridge/queries";
import { useLastRuns } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { EmptyState } from "../parts/EmptyState";
import { ErrorPanel } from "../parts/ErrorPanel";
import { AddIcon } from "../parts/icons";
import { StaleAlert } from "../parts/StaleAlert";
import { useSession } from "../session/session";
import { type ConnectionAction, ConnectionCard } from "./ConnectionCard";
import { AddDialog, EditDialog, KeyDialog } from "./ConnectionDialog";
import { PauseDialog } from "./PauseDialog";

type Asking = { what: "add" } | { what: ConnectionAction; connection: ConnectionItem };

/** The connections to products with their actions, for administrators. */
export function Connections({ adding, onAdd }: { adding: boolean; onAdd: (open: boolean) => void }) {
  const { grant } = useSession();
  const { data, error, isPending, refetch } = useQuery(connectionsQuery(grant.id));
  useLastRuns(grant.id, data?.items);
  const failingSince = useFailingSince();
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  return (
    <Box component="section" aria-label={t("products.title")} sx={{ display: "grid", gap: 1.5, mb: 2 }}>
      {isPending && (
        <Delayed>
          <SkeletonLines lines={3} />
        </Delayed>
      )}
      {error && !data && (
        <Framed>
          <ErrorPanel problem={error} onRetry={() => void refetch()} />
        </Framed>
      )}
      {error && data && (
        <StaleAlert problem={error} text={t("products.stale")} onRetry={() => void refetch()} />
      )}
      {data?.items.length === 0 && <NoProducts onAdd={() => onAdd(true)} />}
      {data?.items.map((connection) => (
        <ConnectionCard
          key={connection.id}
          connection={connection}
          since={failingSince(connection)}
          onAsk={(what) => setAsking({ what, connection })}
        />
      ))}
      {adding && data && <AddDialog products={data.products} onClose={() => onAdd(false)} />}
      {asking?.what === "edit" && <EditDialog connection={asking.connection} onClose={close} />}
      {asking?.what === "key" && <KeyDialog connection={asking.connection} onClose={close} />}
      {asking?.what === "pause" && <PauseDialog connection={asking.connection} onClose={close} />}
    </Box>
  );
}

/** Returns since when a connection has failed, from the overview. */
function useFailingSince() {
  const { grant } = useSession();
  const { data } = useQuery(overviewQuery(grant.id));
  return ({ last_run }: ConnectionItem): string | null =>
    data?.attention.find(({ kind, run_id }) => kind === "sync_failed" && run_id === last_run?.id)?.since ??
    null;
}

function Framed({ children }: { children: React.ReactNode }) {
  return (
    <Box sx={(theme) => ({ border: `1px solid ${theme.vars.palette.divider}`, borderRadius: "8px" })}>
      {children}
    </Box>
  );
}

function NoProducts({ onAdd }: { onAdd: () => void }) {
  return (
    <Framed>
      <EmptyState
        icon={<AddIcon />}
        title={t("products.empty.title")}
        text={t("products.empty.text")}
        action={
          <Button variant="contained" onClick={onAdd}>
            {t("products.add")}
          </Button>
        }
      />
    </Framed>
  );
}
