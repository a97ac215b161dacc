import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link as RouterLink, useParams } from "react-router";
import { links } from "../bridge/links";
import { useList } from "../bridge/lists";
import type { ReviewItem, SyncRun } from "../bridge/models";
import { overviewQuery, syncReviewQuery } from "../bridge/queries";
import { useRun } from "../bridge/runs";
import { formatMoment, formatNumber, formatPercent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { type Column, DataTable } from "../parts/DataTable";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { EmptyState } from "../parts/EmptyState";
import { ErrorPanel } from "../parts/ErrorPanel";
import { Figure } from "../parts/Figure";
import { MissingIcon } from "../parts/icons";
import { PageHeader } from "../parts/PageHeader";
import { useSession } from "../session/session";
import { type ReviewDecision, ReviewDecisionDialog } from "./ReviewDecisionDialog";
import { ReviewOutcome } from "./ReviewOutcome";
import { RunNotices } from "./RunNotices";
import { productName, reviewKind, reviewTitle } from "./run";

/** A run in review: how many customers it would change and how, and the decision. */
export default function Review() {
  const { grant } = useSession();
  const { id = "" } = useParams();
  const { run, query } = useRun(grant.id, id);
  if (run?.status === "needs_review") return <ReviewPage run={run} />;
  return (
    <>
      <PageHeader title={t("sync.review.plain")} text={run && <Subtitle run={run} />} />
      {run && <ReviewOutcome run={run} />}
      {!run && query.isPending && (
        <Delayed>
          <SkeletonLines lines={8} />
        </Delayed>
      )}
      {!run && query.error && <ErrorPanel problem={query.error} onRetry={() => void query.refetch()} />}
    </>
  );
}

function Subtitle({ run }: { run: SyncRun }) {
  return (
    <>
      <Link component={RouterLink} to={links.sync(run.id)} underline="always">
        {t("sync.review.of", { product: productName(run) })}
      </Link>
      , {formatMoment(run.finished_at ?? run.created_at)}
    </>
  );
}

function ReviewPage({ run }: { run: SyncRun }) {
  const { can } = useSession();
  const [decision, setDecision] = useState<ReviewDecision | null>(null);
  // Notices about fields may explain the changes, so they come first, except after a remapping by an administrator.
  const remapped = reviewKind(run) === "remapped";
  return (
    <>
      <PageHeader
        title={reviewTitle(run)}
        text={<Subtitle run={run} />}
        actions={
          can("run_sync") && (
            <>
              <Button onClick={() => setDecision("discard")}>{t("sync.review.discard")}</Button>
              <Button color="error" onClick={() => setDecision("accept")}>
                {t(`sync.review.${reviewKind(run)}.accept`)}
              </Button>
            </>
          )
        }
      />
      <Typography sx={{ maxWidth: "72ch", mb: 2 }}>
        {t(`sync.review.${reviewKind(run)}.text`)} {!can("run_sync") && t("sync.review.staff")}
      </Typography>
      <ReviewFigures run={run} />
      {!remapped && <FieldNotices run={run} />}
      <Typography variant="h2" sx={{ mb: 1 }}>
        {t(`sync.review.${reviewKind(run)}.who`)}
      </Typography>
      <ReviewTable run={run} />
      {remapped && <FieldNotices run={run} />}
      {decision && <ReviewDecisionDialog run={run} decision={decision} onClose={() => setDecision(null)} />}
    </>
  );
}

/** The notices about the product's fields. */
function FieldNotices({ run }: { run: SyncRun }) {
  if (run.notices.length === 0) return null;
  return (
    <Box sx={{ my: 2, flexShrink: 0, "& > section": { mt: 0 } }}>
      <RunNotices run={run} heading="h2" />
    </Box>
  );
}

function ReviewFigures({ run }: { run: SyncRun }) {
  const { grant } = useSession();
  const { data } = useQuery(overviewQuery(grant.id));
  const known = data && data.msps + data.clients;
  const would = run.would_miss ?? 0;
  return (
    <Box
      sx={{
        display: "grid",
        gridTemplateColumns: "repeat(auto-fit, minmax(180px, 1fr))",
        gap: 1.5,
        mb: 2,
        flexShrink: 0,
      }}
    >
      <Figure
        label={t(`sync.review.${reviewKind(run)}.would`)}
        value={formatNumber(run.would_miss)}
        tone="warning"
        note={known ? shareText(would / known) : undefined}
      />
      <Figure
        label={t("sync.review.known")}
        value={known === undefined ? undefined : formatNumber(known)}
        note={t("sync.review.knownNote")}
      />
      <Figure label={t("sync.review.read")} value={formatNumber(run.seen)} note={t("sync.review.readNote")} />
    </Box>
  );
}

/** A share in whole percent; "less than 1%" for a smaller one. */
const shareText = (share: number): string =>
  share > 0 && share < 0.01
    ? t("sync.review.shareUnder", { share: formatPercent(0.01) })
    : t("sync.review.share", { share: formatPercent(Math.min(1, share)) });

/** The effect on a customer. */
function effectText({ effect, to_msp_name: msp, to_name: name }: ReviewItem): string {
  if (effect === "moved" && msp) return t("sync.review.effects.movedTo", { msp });
  if (effect === "turned" && name) return t("sync.review.effects.turnedTo", { name });
  if (effect === "renamed" && name) return t("sync.review.effects.renamedTo", { name });
  return t(`sync.review.effects.${effect}`);
}

const columns = (): Column<ReviewItem>[] => [
  {
    field: "name",
    name: t("sync.review.name"),
    render: ({ kind, id, name }) => (
      <Link
        component={RouterLink}
        to={kind === "msp" ? links.msp(id) : links.client(id)}
        color="inherit"
        title={name}
      >
        {name}
      </Link>
    ),
    flex: 2,
    minWidth: 180,
  },
  {
    field: "kind",
    name: t("sync.review.kind"),
    text: ({ kind }) => t(`sync.review.kinds.${kind}`),
    width: 96,
  },
  {
    field: "msp",
    name: t("sync.review.msp"),
    text: ({ msp_name }) => msp_name,
    flex: 1.5,
    minWidth: 120,
    from: 560,
  },
  { field: "effect", name: t("sync.review.effect"), text: effectText, flex: 2, minWidth: 160 },
  { field: "type", name: t("sync.review.type"), text: ({ type }) => type, width: 112, from: 700 },
  { field: "seats", name: t("sync.review.seats"), number: ({ seats_used }) => seats_used, width: 132 },
  {
    field: "external_id",
    name: t("sync.review.externalId"),
    text: ({ external_id }) => external_id,
    width: 104,
    from: 820,
  },
];

function ReviewTable({ run }: { run: SyncRun }) {
  const { grant } = useSession();
  const list = useList(syncReviewQuery(grant.id, run.id));
  const defs = useMemo(columns, []);
  return (
    <Box sx={{ flex: "1 0 280px", height: 280, display: "flex", flexDirection: "column" }}>
      <DataTable
        label={t(`sync.review.${reviewKind(run)}.who`)}
        columns={defs}
        {...list}
        empty={
          <EmptyState icon={<MissingIcon />} title={t("sync.review.none")} text={t("sync.review.noneText")} />
        }
      />
    </Box>
  );
}
