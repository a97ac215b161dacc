import type { SyncRun } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { useDecideSync } from "../bridge/productMutations";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { productName, reviewKind } from "./run";

export type ReviewDecision = "accept" | "discard";

interface Props {
  run: SyncRun;
  decision: ReviewDecision;
  onClose: () => void;
}

/** Asks for confirmation before a run in review is accepted or discarded. */
export function ReviewDecisionDialog({ run, decision, onClose }: Props) {
  const { grant } = useSession();
  const notify = useNotify();
  const decide = useDecideSync(grant.id, run.id, decision);
  const values = { count: run.would_miss ?? 0, product: productName(run) };
  const text = (part: "Title" | "Text" | "Verb") =>
    decision === "accept"
      ? t(`sync.review.${reviewKind(run)}.accept${part}`, values)
      : t(`sync.review.discard${part}`, values);
  const confirm = () =>
    decide.mutate(undefined, {
      onSuccess: () => {
        notify({ text: t(`sync.review.${decision}ed`) });
        onClose();
      },
    });
  return (
    <ConfirmDialog
      open
      danger={decision === "accept"}
      title={text("Title")}
      text={text("Text")}
      verb={text("Verb")}
      pending={decide.isPending}
      problem={decide.error && explained(decide.error)}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}

/** The only conflict here: the run is no longer in review. */
const explained = (problem: Problem): Problem =>
  problem.code === "conflict"
    ? new Problem("conflict", { message: problem.message || t("sync.review.late") })
    : problem;
