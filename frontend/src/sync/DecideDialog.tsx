import type { SyncRun } from "../bridge/models";
import { Problem } from "../bridge/problem";
import { useDecideSync } from "../bridge/productChanges";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { doubt, productName } from "./run";

export type Word = "accept" | "discard";

/** Says what follows before an admin's word on a run is given. */
export function DecideDialog({ run, word, onClose }: { run: SyncRun; word: Word; onClose: () => void }) {
  const { grant } = useSession();
  const notify = useNotify();
  const decide = useDecideSync(grant.id, run.id, word);
  const words = { count: run.would_miss ?? 0, product: productName(run.product) };
  const key = word === "accept" ? (`${doubt(run)}.accept` as const) : word;
  const confirm = () =>
    decide.mutate(undefined, {
      onSuccess: () => {
        notify({ text: t(`sync.review.${word}ed`) });
        onClose();
      },
    });
  return (
    <ConfirmDialog
      open
      danger={word === "accept"}
      title={t(`sync.review.${key}Title`, words)}
      text={t(`sync.review.${key}Text`, words)}
      verb={t(`sync.review.${key}Verb`, words)}
      pending={decide.isPending}
      problem={decide.error && inWords(decide.error)}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}

/** A conflict here can mean one thing only. */
const inWords = (problem: Problem): Problem =>
  problem.code === "conflict"
    ? new Problem("conflict", { message: problem.message || t("sync.review.late") })
    : problem;
