import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link as RouterLink, useParams } from "react-router";
import type { SyncRun } from "../bridge/models";
import { paths } from "../bridge/paths";
import { overviewQuery } from "../bridge/queries";
import { useRun } from "../bridge/runs";
import { formatMoment, formatNumber, formatPercent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { Figure } from "../parts/Figure";
import { PageHeader } from "../parts/PageHeader";
import { useSession } from "../session/session";
import { type ReviewDecision, ReviewDecisionDialog } from "./ReviewDecisionDialog";
import { ReviewOutcome } from "./ReviewOutcome";
import { ReviewTable } from "./ReviewTable";
import { ReviewTotals } from "./ReviewTotals";
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
      <Link component={RouterLink} to={paths.sync(run.id)} underline="always">
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
      <ReviewTotals run={run} />
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
