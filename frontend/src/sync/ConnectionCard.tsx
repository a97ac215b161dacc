import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import type { ConnectionItem } from "../bridge/models";
import { paths } from "../bridge/paths";
import { isActive, isUnmapped } from "../bridge/runs";
import { absent, formatDateTime, formatHost, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { EditIcon, FieldsIcon, KeyIcon, PauseIcon, PlayIcon } from "../parts/icons";
import { StatusChip } from "../parts/StatusChip";
import { Time, useNow } from "../parts/Time";
import { VisuallyHidden } from "../parts/VisuallyHidden";
import { connectionName } from "./connectionName";
import { type ConnectionState, connectionState, stateTones } from "./connectionState";
import { FieldMapButton } from "./FieldMapButton";
import { HarmlessNames, SignNote } from "./HarmlessNames";
import { RunProgress } from "./RunProgress";
import { SyncNow } from "./SyncNow";

export type ConnectionAction = "edit" | "key" | "pause";

interface Props {
  connection: ConnectionItem;
  /** Since when its syncs have failed, if known. */
  since: string | null;
  onAsk: (action: ConnectionAction) => void;
}

/** One connection: its state, the age of its data, its actions. */
export function ConnectionCard({ connection, since, onAsk }: Props) {
  const now = useNow();
  const state = connectionState(connection, now);
  const when = formatDateTime(since ?? connection.last_complete);
  const label = state === "failing" && when === absent ? "failingPlain" : state;
  return (
    <Box
      component="article"
      aria-label={connectionName(connection)}
      sx={(theme) => ({
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        containerType: "inline-size",
        px: 2,
        py: 1.5,
        display: "grid",
        gridTemplateColumns: "minmax(0, 1fr)",
        gap: 1.25,
      })}
    >
      <Box sx={{ display: "flex", alignItems: "center", flexWrap: "wrap", gap: 1.25 }}>
        <Typography component="h2" variant="h3" sx={{ overflowWrap: "anywhere" }}>
          {connection.product_name}
        </Typography>
        <StatusChip
          tone={stateTones[state]}
          label={t(`products.state.${label}`, { when, product: connection.product_name })}
        />
        <Actions connection={connection} onAsk={onAsk} />
      </Box>
      <ConnectionFacts connection={connection} now={now} />
      <Account connection={connection} />
      <StateAlert connection={connection} state={state} />
      {state === "failing" && connection.last_run && (
        <Box sx={{ mb: -2, "&:empty": { display: "none" } }}>
          <SignNote run={connection.last_run} />
        </Box>
      )}
      <HarmlessNames connection={connection} />
      {connection.last_run && isActive(connection.last_run) && (
        <Box sx={{ mb: -1.5 }}>
          <RunProgress run={connection.last_run} />
        </Box>
      )}
    </Box>
  );
}

function Actions({ connection, onAsk }: Pick<Props, "connection" | "onAsk">) {
  const name = connectionName(connection);
  const pause = connection.paused ? "resume" : "pause";
  const button = (action: ConnectionAction, word: "key" | "edit" | "pause" | "resume", icon: ReactNode) => (
    <Button
      size="small"
      variant="text"
      color="inherit"
      startIcon={icon}
      aria-label={t(`products.${word}Of`, { name })}
      onClick={() => onAsk(action)}
    >
      {t(`products.${word}`)}
    </Button>
  );
  return (
    <Box sx={{ ml: "auto", mr: -1, display: "flex", flexWrap: "wrap", gap: 0.5 }}>
      <SyncNow connection={connection} />
      <Button
        size="small"
        variant="text"
        color="inherit"
        startIcon={<FieldsIcon />}
        aria-label={t("products.fieldsOf", { name })}
        component={RouterLink}
        to={paths.fields(connection.id)}
      >
        {t("products.fields")}
      </Button>
      {button("key", "key", <KeyIcon />)}
      {button("edit", "edit", <EditIcon />)}
      {button("pause", pause, connection.paused ? <PlayIcon /> : <PauseIcon />)}
    </Box>
  );
}

function ConnectionFacts({ connection, now }: { connection: ConnectionItem; now: Date }) {
  const { customer_id, base_url, api_key_last4: last4, last_complete } = connection;
  const facts: [string, ReactNode][] = [
    [t("products.fact.customer"), customer_id],
    [t("products.fact.host"), <Host key="host" url={base_url} />],
    [
      t("products.fact.key"),
      <span key="key">
        <span aria-hidden>{t("products.keyEnds", { last4 })}</span>
        <VisuallyHidden>{t("products.keyEndsName", { last4 })}</VisuallyHidden>
      </span>,
    ],
    [t("products.fact.dataAsOf"), <Time key="dataAsOf" at={last_complete} />],
    [t("products.fact.next"), <Next key="next" connection={connection} now={now} />],
  ];
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        display: "grid",
        gridTemplateColumns: "repeat(auto-fit, minmax(120px, 1fr))",
        "@container (min-width: 640px)": { gridTemplateColumns: "0.8fr 2.1fr 0.9fr 1.1fr 1.1fr" },
        columnGap: 2,
        rowGap: 1,
        fontSize: "0.8125rem",
        "& dt": { color: "text.secondary", fontSize: "0.75rem" },
        "& dd": { m: 0, overflowWrap: "anywhere" },
      }}
    >
      {facts.map(([label, value]) => (
        <Box key={label} sx={{ minWidth: 0 }}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </Box>
      ))}
    </Box>
  );
}

/** The host of the API. A long one is cut with an ellipsis, with the whole address on hover. */
function Host({ url }: { url: string }) {
  return (
    <Box
      component="span"
      title={url}
      sx={{ display: "block", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}
    >
      {formatHost(url)}
    </Box>
  );
}

function Next({ connection, now }: { connection: ConnectionItem; now: Date }) {
  const { next_run_at: at, paused } = connection;
  if (!at) return t(paused ? "products.noNext.paused" : "products.noNext.busy");
  return Date.parse(at) <= now.getTime() ? t("products.due") : <Time at={at} />;
}

/** The product's record of the MSSP's own account. */
function Account({ connection }: { connection: ConnectionItem }) {
  const { account, product_name: product, customer_id: customer } = connection;
  if (!account) return null;
  if (account.alone) {
    return <Alert severity="warning">{t("products.account.alone", { product, customer })}</Alert>;
  }
  return (
    <Typography variant="body2" color="textSecondary">
      {t("products.account.record", {
        product,
        type: account.type || t("products.account.noType"),
        active: formatNumber(account.seats_used),
        purchased: formatNumber(account.seats_total),
      })}
    </Typography>
  );
}

/** Explains a state that needs attention, with a link; nothing for other states. */
function StateAlert({ connection, state }: { connection: ConnectionItem; state: ConnectionState }) {
  const { last_run: run, failures_in_a_row: count, last_complete } = connection;
  if (state === "paused" || state === "stale" || state === "never") {
    return (
      <Typography variant="body2" color="textSecondary">
        {t(`products.${state}Text`)}
      </Typography>
    );
  }
  if (!run) return null;
  if (state === "partial") {
    const names = run.unread.map(({ name }) => name);
    return (
      <Alert severity="warning" action={<SeeRun id={run.id} />}>
        {t("products.partialText", { count: names.length, names: shortList(names) })}
      </Alert>
    );
  }
  if (state !== "failing") return null;
  return (
    <Alert severity="error" action={<SeeRun id={run.id} />}>
      {t("products.failed", { count })} {run.error}{" "}
      {t(last_complete ? "products.failedSince" : "products.failedNever")}
      {isUnmapped(run) && (
        <div>
          <FieldMapButton run={run} small />
        </div>
      )}
    </Alert>
  );
}

function SeeRun({ id }: { id: string }) {
  return (
    <Button variant="text" color="inherit" component={RouterLink} to={paths.sync(id)}>
      {t("products.seeRun")}
    </Button>
  );
}

/** The first names, as many as a card has room for. */
const shortList = (names: string[]) => (names.length > 3 ? [...names.slice(0, 3), "…"] : names).join(", ");
