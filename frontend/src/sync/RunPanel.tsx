import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import type { SyncRun } from "../bridge/models";
import { syncQuery } from "../bridge/queries";
import { formatMoment, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { Facts } from "../parts/Facts";
import { Section } from "../parts/Section";
import { SidePanel } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { counted, durationOf, productName, RunChip } from "./run";

interface Props {
  id: string;
  /** The row that was opened; the list asks for it again while it is under way. */
  row: SyncRun | undefined;
  onClose: () => void;
}

/** One run: when, what it saw, what it changed, why it failed. */
export function RunPanel({ id, row, onClose }: Props) {
  const { grant } = useSession();
  const query = useQuery({ ...syncQuery(grant.id, id), enabled: row === undefined });
  const run = row ?? query.data;
  return (
    <SidePanel
      title={run ? t("sync.run.title", { product: productName(run.product) }) : t("sync.runs")}
      lead={run && <RunChip status={run.status} />}
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

function About({ run }: { run: SyncRun }) {
  const number = (value: number) => formatNumber(counted(run, value));
  return (
    <Box sx={{ mt: 1 }}>
      {run.status === "failed" && (
        <Alert severity="error" sx={{ mb: 2, alignItems: "flex-start" }}>
          <AlertTitle>{t("sync.run.failed")}</AlertTitle>
          {run.error ?? t("sync.run.noError")} {t("sync.run.failedText")}
        </Alert>
      )}
      <Facts
        facts={[
          { label: t("sync.run.trigger"), value: t(`sync.trigger.${run.trigger}`) },
          { label: t("sync.run.created"), value: formatMoment(run.created_at) },
          { label: t("sync.run.started"), value: formatMoment(run.started_at) },
          { label: t("sync.run.finished"), value: formatMoment(run.finished_at) },
          { label: t("sync.run.duration"), value: durationOf(run) },
          ...(run.error_code ? [{ label: t("sync.run.code"), value: run.error_code }] : []),
          { label: t("sync.run.id"), value: run.id },
        ]}
      />
      <Section title={t("sync.run.counts")}>
        <Facts
          facts={[
            { label: t("sync.run.seen"), value: formatNumber(run.seen) },
            { label: t("sync.run.msps"), value: formatNumber(run.msps) },
            { label: t("sync.run.clients"), value: formatNumber(run.clients) },
            { label: t("sync.run.other"), value: formatNumber(run.other) },
          ]}
        />
      </Section>
      <Section title={t("sync.run.changes")}>
        <Facts
          facts={[
            { label: t("sync.run.added"), value: number(run.added) },
            { label: t("sync.run.changed"), value: number(run.changed) },
            { label: t("sync.run.missing"), value: number(run.missing) },
          ]}
        />
      </Section>
    </Box>
  );
}
