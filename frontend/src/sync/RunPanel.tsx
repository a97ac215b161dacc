import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import type { ChangeKind, SyncRun } from "../bridge/models";
import { paths } from "../bridge/paths";
import { isActive, isMerged, isUnmapped, useRun } from "../bridge/runs";
import { formatMoment, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { type Fact, Facts } from "../parts/Facts";
import { Section } from "../parts/Section";
import { SidePanel } from "../parts/SidePanel";
import { Time } from "../parts/Time";
import { CopyPortalLink } from "../session/CopyPortalLink";
import { useSession } from "../session/session";
import { useRunNames } from "./connectionName";
import { FieldMapButton } from "./FieldMapButton";
import { SignNote } from "./HarmlessNames";
import { RunNotices } from "./RunNotices";
import { RunProgress } from "./RunProgress";
import { changeCount, durationOf, productName, RunChip, readCount, reviewTitle, startedBy } from "./run";

interface Props {
  id: string;
  /** The row that was opened. */
  row: SyncRun | undefined;
  onClose: () => void;
}

/** One run: its times, what it read and changed, why it failed. */
export function RunPanel({ id, row, onClose }: Props) {
  const { grant } = useSession();
  const { run, query } = useRun(grant.id, id, row);
  return (
    <SidePanel
      title={run ? t("sync.run.title", { product: productName(run) }) : t("sync.runs")}
      lead={run && <Lead run={run} />}
      actions={run && <CopyPortalLink kind="run" id={run.id} />}
      onClose={onClose}
    >
      {run && <About run={run} />}
      {!run && query.isPending && (
        <Delayed>
          <SkeletonLines lines={8} />
        </Delayed>
      )}
      {!run && query.error && <ErrorPanel problem={query.error} onRetry={() => void query.refetch()} />}
    </SidePanel>
  );
}

function Lead({ run }: { run: SyncRun }) {
  return (
    <Box
      sx={{ display: "flex", alignItems: "center", gap: 1, fontSize: "0.8125rem", color: "text.secondary" }}
    >
      <RunChip status={run.status} />
      <Time at={run.started_at ?? run.created_at} />
    </Box>
  );
}

function About({ run }: { run: SyncRun }) {
  const nameOf = useRunNames();
  return (
    <Box sx={{ mt: 1 }}>
      <RunAlert run={run} />
      <SignNote run={run} />
      <UnknownParents run={run} />
      <Unread run={run} />
      <RunNotices run={run} />
      {isMerged(run) && <Changes run={run} />}
      <Section title={t("sync.run.counts")}>
        <Facts facts={seen(run)} />
        <Absent run={run} />
      </Section>
      <Section title={t("sync.run.how")}>
        <Facts facts={whenAndWho(run, nameOf?.(run))} />
      </Section>
    </Box>
  );
}

function Note({
  severity,
  title,
  children,
}: {
  severity: "error" | "warning" | "info";
  title: string;
  children: ReactNode;
}) {
  return (
    <Alert severity={severity} sx={{ mb: 2, alignItems: "flex-start" }}>
      <AlertTitle>{title}</AlertTitle>
      {children}
    </Alert>
  );
}

/** Explains a run that is not complete. */
function RunAlert({ run }: { run: SyncRun }) {
  if (isActive(run)) return <RunProgress run={run} />;
  if (run.status === "failed") {
    return (
      <Note severity="error" title={t("sync.run.failed")}>
        {run.error ?? t("sync.run.noError")} {t("sync.run.failedText")}
        {isUnmapped(run) && (
          <div>
            <FieldMapButton run={run} small />
          </div>
        )}
      </Note>
    );
  }
  if (run.status === "needs_review") return <InReview run={run} />;
  if (run.status !== "discarded") return null;
  return (
    <Note severity="info" title={t("sync.run.discarded")}>
      {run.reviewed_at
        ? t("sync.run.discardedBy", { who: run.reviewer_name ?? t("sync.review.unknownReviewer") })
        : (run.error ?? t("sync.run.superseded"))}
    </Note>
  );
}

/** Customers whose MSP the product names but does not list, and where they are shown. */
function UnknownParents({ run }: { run: SyncRun }) {
  const { grant } = useSession();
  const count = run.unknown_parents;
  if (!count || run.status === "failed") return null;
  const words = { count, product: productName(run), mssp: grant.mssp };
  return (
    <Note severity="warning" title={t("sync.run.unknownParents")}>
      {t("sync.run.unknownParentsText", words)}
    </Note>
  );
}

/** The MSPs that could not be read, with the reason of each. */
function Unread({ run }: { run: SyncRun }) {
  const count = run.unread.length;
  if (count === 0) return null;
  return (
    <Note severity="warning" title={t("sync.run.partial", { count })}>
      {t("sync.run.partialText", { product: productName(run) })}
      <Box component="ul" sx={{ m: 0, mt: 1, pl: 2.5 }}>
        {run.unread.map(({ external_id, name, detail }) => (
          <Box component="li" key={external_id} sx={{ overflowWrap: "anywhere" }}>
            <strong>{name || external_id}</strong>: {detail}
          </Box>
        ))}
      </Box>
    </Note>
  );
}

/** Customers that a paged response did not contain: how many were looked up, found, missing, or left undecided. */
function Absent({ run }: { run: SyncRun }) {
  const { absent, checked, found, undecided, missing } = run;
  if (absent === 0) return null;
  const sentences = [
    t("sync.run.absent", { count: absent, product: productName(run) }),
    checked > 0 && t("sync.run.checked", { count: checked, found }),
    isMerged(run) && (missing > 0 ? t("sync.run.marked", { count: missing }) : t("sync.run.markedNone")),
    undecided > 0 && t("sync.run.undecided", { count: undecided }),
  ];
  return (
    <Typography variant="body2" color="textSecondary" sx={{ mt: 1.5 }}>
      {sentences.filter(Boolean).join(" ")}
    </Typography>
  );
}

function InReview({ run }: { run: SyncRun }) {
  const { can } = useSession();
  return (
    <Note severity="warning" title={t("sync.run.review")}>
      {run.would_miss !== null && `${reviewTitle(run)}. `}
      {t(can("run_sync") ? "sync.waiting.text" : "sync.waiting.staff")}
      <Box sx={{ mt: 1 }}>
        <Button component={RouterLink} to={paths.syncReview(run.id)} size="small">
          {t("sync.waiting.open")}
        </Button>
      </Box>
    </Note>
  );
}

const whenAndWho = (run: SyncRun, name: string | null | undefined): Fact[] => [
  ...(name ? [{ label: t("sync.run.connection"), value: name }] : []),
  { label: t("sync.run.trigger"), value: startedBy(run) },
  { label: t("sync.run.created"), value: formatMoment(run.created_at) },
  { label: t("sync.run.started"), value: formatMoment(run.started_at) },
  { label: t("sync.run.finished"), value: formatMoment(run.finished_at) },
  { label: t("sync.run.duration"), value: durationOf(run) },
  { label: t("sync.run.calls"), value: formatNumber(run.calls) },
  ...(run.reviewed_at
    ? [
        { label: t("sync.run.reviewed"), value: run.reviewer_name },
        { label: t("sync.run.reviewedAt"), value: formatMoment(run.reviewed_at) },
      ]
    : []),
  ...(run.error_code ? [{ label: t("sync.run.code"), value: run.error_code }] : []),
  { label: t("sync.run.id"), value: run.id },
];

const seen = (run: SyncRun): Fact[] => {
  const number = (value: number) => formatNumber(readCount(run, value));
  return [
    { label: t("sync.run.seen"), value: number(run.seen) },
    { label: t("sync.run.msps"), value: number(run.msps) },
    { label: t("sync.run.clients"), value: number(run.clients) },
    { label: t("sync.run.other"), value: number(run.other) },
    { label: t("sync.run.duplicates"), value: number(run.duplicates) },
  ];
};

const kinds: ChangeKind[] = ["added", "changed", "moved", "returned", "missing", "removed"];

/** The numbers of changes of a merged run, each a link to the changes. */
function Changes({ run }: { run: SyncRun }) {
  const facts = kinds.map((kind) => ({
    label: t(`sync.run.${kind}`),
    value: <Count run={run} kind={kind} />,
  }));
  const some = run.added + run.changed + run.missing + run.removed > 0;
  return (
    <Section title={t("sync.run.changes")}>
      <Facts facts={facts} />
      {some && (
        <Button component={RouterLink} to={paths.changes({ run_id: run.id })} sx={{ mt: 2 }}>
          {t("sync.run.all")}
        </Button>
      )}
      {!some && (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1.5 }}>
          {t("sync.run.nothing")}
        </Typography>
      )}
    </Section>
  );
}

function Count({ run, kind }: { run: SyncRun; kind: ChangeKind }) {
  const value = changeCount(run, run[kind]);
  if (!value) return formatNumber(value);
  return (
    <Link
      component={RouterLink}
      to={paths.changes({ run_id: run.id, kind })}
      aria-label={`${t(`changes.kinds.${kind}`)}: ${formatNumber(value)}`}
    >
      {formatNumber(value)}
    </Link>
  );
}
