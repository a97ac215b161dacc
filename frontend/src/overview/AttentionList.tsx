import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { Link as RouterLink } from "react-router";
import type { Attention, Overview, Severity } from "../bridge/models";
import { formatList, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { DayFromNow } from "../parts/Expiry";
import { ErrorIcon, InfoIcon, SuccessIcon, WarningIcon } from "../parts/icons";
import { Time } from "../parts/Time";
import { useSession } from "../session/session";
import { attentionLink, attentionText, countOf, type ListedKind, listedKinds, listOf } from "./attention";

export const severityLooks: Record<Severity, { Icon: typeof ErrorIcon; color: string }> = {
  error: { Icon: ErrorIcon, color: "error.main" },
  warning: { Icon: WarningIcon, color: "warning.main" },
  info: { Icon: InfoIcon, color: "text.secondary" },
};

/** What needs attention, most urgent first, by kind with its count; each row links to its subject, each kind to its list. */
export function AttentionList({ overview }: { overview: Overview }) {
  const items = overview.attention;
  const groups = listedKinds
    .map((kind) => ({
      kind,
      count: countOf[kind](overview),
      items: items.filter((item) => item.kind === kind),
    }))
    .filter(({ count, items: some }) => count + some.length > 0);
  const others = items.filter(({ kind }) => !groups.some((group) => group.kind === kind));
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
      {groups.length + others.length === 0 && <Nothing withExpiry={overview.expiring_soon !== null} />}
      {others.length > 0 && <Rows items={others} />}
      {groups.map((group) => (
        <Group key={group.kind} {...group} />
      ))}
    </Box>
  );
}

function Nothing({ withExpiry }: { withExpiry: boolean }) {
  const { grant } = useSession();
  const none =
    grant.scope.level === "mssp" ? "overview.attention.noneText" : "overview.attention.noneTextScoped";
  const kinds = withExpiry ? (["ends", "exceeded", "missing"] as const) : (["exceeded", "missing"] as const);
  const what = formatList(kinds.map((kind) => t(`overview.attention.${kind}`)));
  return <EmptyState icon={<SuccessIcon />} title={t("overview.attention.none")} text={t(none, { what })} />;
}

interface GroupProps {
  kind: ListedKind;
  /** How many there are in the scope. */
  count: number;
  /** The first of them. */
  items: Attention[];
}

function Group({ kind, count, items }: GroupProps) {
  const { grant } = useSession();
  const title = t(`overview.attention.group.${kind}`);
  return (
    <Box component="section" aria-label={title}>
      <Box
        sx={(theme) => ({
          display: "flex",
          alignItems: "baseline",
          gap: 1,
          px: 2,
          py: 0.75,
          borderTop: `1px solid ${theme.vars.palette.divider}`,
          bgcolor: theme.vars.palette.frame,
        })}
      >
        <Typography component="h3" variant="body2" sx={{ fontWeight: 600, flex: 1 }}>
          {title}{" "}
          <Box component="span" sx={{ color: "text.secondary" }}>
            {formatNumber(count)}
          </Box>
        </Typography>
        {grant.scope.level !== "client" && (
          <Link
            component={RouterLink}
            to={listOf[kind]}
            variant="body2"
            aria-label={t("overview.attention.seeAllOf", { count, what: title })}
          >
            {t("overview.attention.seeAll", { count })}
          </Link>
        )}
      </Box>
      {items.length > 0 && <Rows items={items} />}
    </Box>
  );
}

function Rows({ items }: { items: Attention[] }) {
  const { can } = useSession();
  return (
    <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
      {items.map((item) => (
        <Row
          key={`${item.kind} ${item.client_id ?? item.msp_id ?? item.run_id ?? item.name}`}
          item={item}
          to={attentionLink(item, can("see_syncs"))}
        />
      ))}
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

/** Above the link of the row, so that it can be selected. */
function At({ at }: { at: string }) {
  return (
    <Box component="span" sx={{ position: "relative", zIndex: 1 }}>
      {/^\d{4}-\d{2}-\d{2}$/.test(at) ? <DayFromNow on={at} /> : <Time at={at} />}
    </Box>
  );
}
