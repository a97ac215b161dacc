import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import { useStartSync } from "../bridge/changes";
import type { ConnectionItem } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { moves } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { BusyButton } from "../parts/BusyButton";
import { ProblemLine } from "../parts/FormDialog";
import { SyncIcon } from "../parts/icons";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { connectionName } from "./connectionName";

/** Starts a sync of one connection; nothing where it is paused, for it must be resumed first. */
export function SyncNow({ connection }: { connection: ConnectionItem }) {
  const { grant, can } = useSession();
  const notify = useNotify();
  const start = useStartSync(grant.id);
  const name = connectionName(connection);
  const busy = start.isPending || (connection.last_run !== null && moves(connection.last_run));
  if (!can("run_sync") || connection.paused) return null;
  return (
    <>
      <BusyButton
        size="small"
        startIcon={<SyncIcon />}
        aria-label={t("products.syncOf", { name })}
        busy={busy}
        onClick={() =>
          start.mutate(connection.id, { onSuccess: () => notify({ text: t("sync.startedOf", { name }) }) })
        }
      >
        {t("sync.start")}
      </BusyButton>
      {start.error && (
        <Box sx={{ order: 1, flexBasis: "100%", pr: 1, pt: 0.5 }}>
          <NotStarted problem={start.error} />
        </Box>
      )}
    </>
  );
}

/** Why nothing was started. One that is under way already is no failure. */
function NotStarted({ problem }: { problem: Problem }) {
  if (problem.code === "sync_running") {
    return (
      <Alert severity="info" role="alert">
        {t("sync.running")}
      </Alert>
    );
  }
  if (problem.code === "no_product") {
    return (
      <Alert severity="warning" role="alert">
        {t("sync.noProduct")}
      </Alert>
    );
  }
  return <ProblemLine problem={problem} />;
}
