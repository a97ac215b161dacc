import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useId, useRef, useState } from "react";
import { Link as RouterLink } from "react-router";
import type { Attention, Overview } from "../bridge/models";
import { formatList, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { SuccessIcon } from "../parts/icons";
import { useSession } from "../session/session";
import { AttentionRows } from "./AttentionRow";
import { countOf, type ListedKind, listedKinds, listOf } from "./attention";
import { SnoozedRows } from "./SnoozedRows";

/** What needs attention, most urgent first, by kind with its count; each row links to its subject, each kind to its list. */
export function AttentionList({ overview }: { overview: Overview }) {
  const items = overview.attention;
  const groups = listedKinds
    .map((kind) => ({
      kind,
      count: countOf[kind](overview),
      items: items.filter((item) => item.kind === kind),
      snoozed: overview.snoozed.find((one) => one.kind === kind)?.count ?? 0,
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
      {others.length > 0 && <AttentionRows items={others} />}
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
  /** The first of them that are not snoozed. */
  items: Attention[];
  /** How many of them are snoozed. */
  snoozed: number;
}

function Group({ kind, count, items, snoozed }: GroupProps) {
  const { grant } = useSession();
  const [open, setOpen] = useState(false);
  const section = useRef<HTMLElement>(null);
  const id = useId();
  const title = t(`overview.attention.group.${kind}`);
  /** Where the line that had the focus is gone, its group gets it. */
  const keepFocus = () =>
    setTimeout(() => document.activeElement === document.body && section.current?.focus());
  return (
    <Box
      component="section"
      ref={section}
      tabIndex={-1}
      aria-label={title}
      sx={{ "&:focus-visible": { outline: "2px solid", outlineOffset: -2, outlineColor: "primary.main" } }}
    >
      <Box
        sx={(theme) => ({
          display: "flex",
          flexWrap: "wrap",
          alignItems: "baseline",
          columnGap: 1.5,
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
        {snoozed > 0 && (
          <Link
            component="button"
            variant="body2"
            aria-expanded={open}
            aria-controls={id}
            aria-label={t("overview.attention.snoozedOf", { count: snoozed, what: title })}
            onClick={() => setOpen(!open)}
          >
            {t("overview.attention.snoozed", { count: snoozed })}
          </Link>
        )}
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
      {items.length > 0 && <AttentionRows items={items} onMoved={keepFocus} />}
      {items.length === 0 && snoozed > 0 && snoozed >= count && !open && (
        <Typography variant="body2" color="text.secondary" sx={{ px: 2, py: 1 }}>
          {t("overview.attention.allSnoozed")}
        </Typography>
      )}
      <div id={id}>{open && snoozed > 0 && <SnoozedRows kind={kind} onMoved={keepFocus} />}</div>
    </Box>
  );
}
