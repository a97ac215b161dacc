import { type MarkChange, useChangeMark } from "../bridge/attentionMutations";
import type { Attention } from "../bridge/models";
import { toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { subjectOf } from "./attention";

/** The morning of the day that is so many days from now, by the clock of this computer. */
export function morningIn(days: number): Date {
  const morning = new Date();
  morning.setHours(0, 0, 0, 0);
  morning.setDate(morning.getDate() + days);
  return morning;
}

/** The actions on one line of what needs attention. Each ends with a notice that can undo it. */
export function useMarks(item: Attention) {
  const { grant, me } = useSession();
  const { mutateAsync, isPending } = useChangeMark(grant.id);
  const notify = useNotify();
  const { name, handler, snooze } = item;
  const of = { kind: item.kind, id: subjectOf(item) ?? "" };

  const send = (change: MarkChange) =>
    mutateAsync(change).then(
      () => true,
      (thrown) => {
        const problem = toProblem(thrown);
        const said = problem.code === "not_found" || problem.code === "conflict" ? problem.message : "";
        notify({ tone: "error", text: said || problemLine(problem) });
        return false;
      },
    );

  /** Undo works also after the line is gone: it needs nothing of this component. */
  async function change(to: MarkChange, back: MarkChange, text: string): Promise<boolean> {
    const done = await send(to);
    const undo = { label: t("overview.attention.undo"), run: () => void send(back) };
    if (done) notify({ text, action: undo });
    return done;
  }

  return {
    isPending,
    /** Whether the user handles it. */
    own: handler?.user_id === me.user.id,
    snooze: (days: number) => {
      const until = morningIn(days).toISOString();
      return change(
        { ...of, until },
        { ...of, until: null },
        t("overview.attention.notice.snoozed", { name, until }),
      );
    },
    endSnooze: () =>
      change(
        { ...of, until: null },
        { ...of, until: snooze?.until ?? morningIn(1).toISOString() },
        t("overview.attention.notice.shown", { name }),
      ),
    handle: () =>
      change(
        { ...of, handler: me.user.id },
        { ...of, handler: handler?.user_id ?? null },
        t("overview.attention.notice.handled", { name }),
      ),
    stopHandling: () =>
      change(
        { ...of, handler: null },
        { ...of, handler: me.user.id },
        t("overview.attention.notice.notHandled", { name }),
      ),
  };
}
