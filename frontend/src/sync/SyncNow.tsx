import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import type { ConnectionItem } from "../bridge/models";
import { useStartSync } from "../bridge/mutations";
import type { Problem } from "../bridge/problem";
import { isActive } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { BusyButton } from "../parts/BusyButton";
import { ProblemLine } from "../parts/FormDialog";
import { SyncIcon } from "../parts/icons";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { connectionName } from "./connectionName";

/** A button that starts a sync of one connection; hidden while the connection is paused. */
export function SyncNow({ connection }: { connection: ConnectionItem }) {
  const { grant, can } = useSession();
  const notify = useNotify();
  const start = useStartSync(grant.id);
  const name = connectionName(connection);
  const busy = start.isPending || (connection.last_run !== null && isActive(connection.last_run));
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

/** Why no sync was started. A sync that is already under way is no error. */
function NotStarted({ problem }: { problem: Problem }) {
  if (problem.code === "sync_running") {
    return <Alert severity="info">{t("sync.running")}</Alert>;
  }
  if (problem.code === "no_product") {
    return <Alert severity="warning">{t("sync.noProduct")}</Alert>;
  }
  return <ProblemLine problem={problem} />;
}
