import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { Link as RouterLink } from "react-router";
import type { Attention, Severity } from "../bridge/models";
import { formatDate } from "../i18n/format";
import { t } from "../i18n/i18n";
import { DayFromNow } from "../parts/Expiry";
import { ErrorIcon, InfoIcon, WarningIcon } from "../parts/icons";
import { Time } from "../parts/Time";
import { useSession } from "../session/session";
import { AttentionMenu } from "./AttentionMenu";
import { attentionPath, attentionText, subjectOf } from "./attention";

export const severityLooks: Record<Severity, { Icon: typeof ErrorIcon; color: string }> = {
  error: { Icon: ErrorIcon, color: "error.main" },
  warning: { Icon: WarningIcon, color: "warning.main" },
  info: { Icon: InfoIcon, color: "text.secondary" },
};

interface Props {
  items: Attention[];
  /** Called after the user has snoozed a line, or shown it again. */
  onMoved?: () => void;
}

/** The lines of what needs attention, each a link to its subject, with a menu where the user may act on it. */
export function AttentionRows({ items, onMoved = () => undefined }: Props) {
  const { can } = useSession();
  return (
    <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
      {items.map((item) => (
        <Row
          key={`${item.kind} ${subjectOf(item) ?? item.run_id ?? item.name}`}
          item={item}
          to={attentionPath(item, can("see_syncs"))}
          onMoved={onMoved}
        />
      ))}
    </Box>
  );
}

function Row({ item, to, onMoved }: { item: Attention; to: string | undefined; onMoved: () => void }) {
  const { can } = useSession();
  const { Icon, color } = severityLooks[item.severity];
  return (
    <Box
      component="li"
      sx={(theme) => ({
        position: "relative",
        display: "grid",
        gridTemplateColumns: "76px minmax(0, 1fr) auto",
        alignItems: "baseline",
        columnGap: 1.5,
        pl: 2,
        pr: 1,
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
        <Marks item={item} />
      </Box>
      {subjectOf(item) !== undefined && can("handle_attention") && (
        <AttentionMenu item={item} onMoved={onMoved} />
      )}
    </Box>
  );
}

/** Who handles a line, and until when it is snoozed. */
function Marks({ item: { handler, snooze } }: { item: Attention }) {
  const { me } = useSession();
  const someone = t("overview.attention.someone");
  const texts = [
    ...(snooze
      ? [t("overview.attention.snoozedBy", { until: formatDate(snooze.until), name: snooze.by ?? someone })]
      : []),
    ...(handler
      ? [
          handler.user_id === me.user.id
            ? t("overview.attention.handledByYou", { since: formatDate(handler.since) })
            : t("overview.attention.handledBy", {
                since: formatDate(handler.since),
                name: handler.name ?? someone,
              }),
        ]
      : []),
  ];
  return texts.map((text) => (
    <Box key={text} sx={{ fontWeight: 500, overflowWrap: "anywhere" }}>
      {text}
    </Box>
  ));
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
