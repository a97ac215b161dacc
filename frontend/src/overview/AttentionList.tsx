import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { Link as RouterLink } from "react-router";
import type { Attention, Severity } from "../bridge/models";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { DayFromNow } from "../parts/Expiry";
import { ErrorIcon, InfoIcon, SuccessIcon, WarningIcon } from "../parts/icons";
import { Time } from "../parts/Time";
import { useSession } from "../session/session";
import { attentionLink, attentionText } from "./attention";

export const severityLooks: Record<Severity, { Icon: typeof ErrorIcon; color: string }> = {
  error: { Icon: ErrorIcon, color: "error.main" },
  warning: { Icon: WarningIcon, color: "warning.main" },
  info: { Icon: InfoIcon, color: "text.secondary" },
};

interface Props {
  items: Attention[];
  /** Whether any client in the scope has an expiry date. */
  withExpiry: boolean;
}

/** What needs attention, most urgent first; each row links to its subject. */
export function AttentionList({ items, withExpiry }: Props) {
  const { can, grant } = useSession();
  const none =
    grant.scope.level === "mssp" ? "overview.attention.noneText" : "overview.attention.noneTextScoped";
  const kinds = withExpiry ? (["ends", "exceeded", "missing"] as const) : (["exceeded", "missing"] as const);
  const what = formatList(kinds.map((kind) => t(`overview.attention.${kind}`)));
  const id = useId();
  return (
    <Box
      component="section"
      aria-labelledby={id}
      sx={(theme) => ({
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        minWidth: 0,
      })}
    >
      <Typography id={id} variant="h2" sx={{ px: 2, pt: 1.5, pb: 1 }}>
        {t("overview.attention.title")}
      </Typography>
      {items.length === 0 ? (
        <EmptyState icon={<SuccessIcon />} title={t("overview.attention.none")} text={t(none, { what })} />
      ) : (
        <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
          {items.map((item) => (
            <Row
              key={`${item.kind} ${item.client_id ?? item.msp_id ?? item.run_id ?? item.name}`}
              item={item}
              to={attentionLink(item, can("see_syncs"))}
            />
          ))}
        </Box>
      )}
    </Box>
  );
}

function Row({ item, to }: { item: Attention; to: string | undefined }) {
  const { Icon, color } = severityLooks[item.severity];
  return (
    <Box
      component="li"
      sx={(theme) => ({
        position: "relative",
        display: "grid",
        gridTemplateColumns: "76px minmax(0, 1fr)",
        alignItems: "baseline",
        columnGap: 1.5,
        px: 2,
        py: 1,
        fontSize: "0.8125rem",
        borderTop: `1px solid ${theme.vars.palette.divider}`,
        ...(to && { "&:hover": { bgcolor: theme.vars.palette.action.hover } }),
      })}
    >
      <Box component="span" sx={{ color, fontWeight: 500, fontSize: "0.75rem", whiteSpace: "nowrap" }}>
        <Icon aria-hidden sx={{ fontSize: 14, verticalAlign: "-2px", mr: 0.5 }} />
        {t(`overview.attention.severity.${item.severity}`)}
      </Box>
      <Box sx={{ minWidth: 0 }}>
        <Name name={item.name} to={to} />
        <Box sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
          {attentionText(item)} {item.at && <At at={item.at} />}
        </Box>
      </Box>
    </Box>
  );
}

function Name({ name, to }: { name: string; to: string | undefined }) {
  if (!to) return <Box sx={{ fontWeight: 500 }}>{name}</Box>;
  return (
    <Link
      component={RouterLink}
      to={to}
      color="inherit"
      underline="none"
      sx={{
        fontWeight: 500,
        overflowWrap: "anywhere",
        "&::after": { content: '""', position: "absolute", inset: 0 },
      }}
    >
      {name}
    </Link>
  );
}

/** Above the link of the row, so that the absolute time is shown on hover. */
function At({ at }: { at: string }) {
  return (
    <Box component="span" sx={{ position: "relative", zIndex: 1 }}>
      {/^\d{4}-\d{2}-\d{2}$/.test(at) ? <DayFromNow on={at} /> : <Time at={at} />}
    </Box>
  );
}
