import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ConnectionItem, SyncRun } from "../bridge/models";
import { useChangeConnection } from "../bridge/productMutations";
import { connectionsQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { RetryButton } from "../parts/RetryButton";
import { useSession } from "../session/session";
import { connectionName } from "./connectionName";
import { productName } from "./run";

/** A name without case and separators, as the API compares names. */
const normal = (name: string) => name.toLowerCase().replaceAll(/[ _-]/g, "");

const isHarmless = ({ harmless }: ConnectionItem, sign: string) =>
  harmless.some((name) => normal(name) === normal(sign));

/** For administrators: the name because of which a run failed, and a button to declare it harmless. */
export function SignNote({ run }: { run: SyncRun }) {
  const { can } = useSession();
  if (run.status !== "failed" || !run.sign || !can("manage_products")) return null;
  return <DeclareHarmless run={run} sign={run.sign} />;
}

function DeclareHarmless({ run, sign }: { run: SyncRun; sign: string }) {
  const { grant } = useSession();
  const { data, error, isPending, refetch } = useQuery(connectionsQuery(grant.id));
  const [asking, setAsking] = useState(false);
  const connection = data?.items.find(({ id }) => id === run.connection_id);
  if (error && !data) {
    return (
      <Alert
        severity="warning"
        action={<RetryButton problem={error} onRetry={() => void refetch()} />}
        sx={{ mb: 2 }}
      >
        {t("products.sign.failed", { sign })}
      </Alert>
    );
  }
  if (!isPending && !connection) return null;
  const done = connection && isHarmless(connection, sign);
  return (
    <Alert severity="info" sx={{ mb: 2, alignItems: "flex-start", overflowWrap: "anywhere" }}>
      {t(done ? "products.sign.declared" : "products.sign.text", {
        sign,
        product: productName(run),
      })}
      {!done && (
        <Box sx={{ mt: 1 }}>
          <Button size="small" loading={isPending} onClick={() => setAsking(true)}>
            {t("products.sign.declare", { sign })}
          </Button>
        </Box>
      )}
      {asking && connection && (
        <HarmlessDialog connection={connection} sign={sign} verb="declare" onClose={() => setAsking(false)} />
      )}
    </Alert>
  );
}

/** The names that were declared harmless, each with a button to undo that. */
export function HarmlessNames({ connection }: { connection: ConnectionItem }) {
  const [asking, setAsking] = useState<string | null>(null);
  if (connection.harmless.length === 0) return null;
  return (
    <Box sx={{ fontSize: "0.8125rem" }}>
      <Typography variant="body2" color="textSecondary">
        {t("products.harmless.title")}
      </Typography>
      <Box
        component="ul"
        aria-label={t("products.harmless.of", { name: connectionName(connection) })}
        sx={{ m: 0, p: 0, listStyle: "none" }}
      >
        {connection.harmless.map((sign) => (
          <Box
            component="li"
            key={sign}
            sx={{ display: "flex", alignItems: "center", flexWrap: "wrap", gap: 1 }}
          >
            <Box component="code" sx={{ overflowWrap: "anywhere" }}>
              {sign}
            </Box>
            <Button
              size="small"
              variant="text"
              color="inherit"
              aria-label={t("products.harmless.takeBackOf", { sign })}
              onClick={() => setAsking(sign)}
            >
              {t("products.harmless.takeBack")}
            </Button>
          </Box>
        ))}
      </Box>
      {asking !== null && (
        <HarmlessDialog
          connection={connection}
          sign={asking}
          verb="takeBack"
          onClose={() => setAsking(null)}
        />
      )}
    </Box>
  );
}

interface DialogProps {
  connection: ConnectionItem;
  sign: string;
  verb: "declare" | "takeBack";
  onClose: () => void;
}

/** Asks for confirmation before a name is declared harmless, or before that is undone. */
function HarmlessDialog({ connection, sign, verb, onClose }: DialogProps) {
  const { grant } = useSession();
  const notify = useNotify();
  const change = useChangeConnection(grant.id, connection.id);
  const words = { sign, product: connection.product_name };
  const others = connection.harmless.filter((name) => normal(name) !== normal(sign));
  const confirm = () =>
    change.mutate(
      { harmless: verb === "declare" ? [...others, sign] : others },
      {
        onSuccess: () => {
          notify({ text: t(`products.harmless.${verb === "declare" ? "declared" : "tookBack"}`, words) });
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      open
      danger={verb === "declare"}
      title={t(`products.harmless.${verb}Title`, words)}
      text={t(`products.harmless.${verb}Text`, words)}
      verb={t(`products.harmless.${verb}Verb`)}
      pending={change.isPending}
      problem={change.error}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}
