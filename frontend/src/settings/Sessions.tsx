import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { OwnSession } from "../bridge/models";
import { useEndSessions } from "../bridge/mutations";
import { sessionsQuery } from "../bridge/queries";
import { formatRelative } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { ConfirmDialog, ProblemLine } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { PageHeader } from "../parts/PageHeader";
import { StatusChip } from "../parts/StatusChip";
import { Time } from "../parts/Time";
import { useSession } from "../session/session";
import { deviceName } from "./device";

/** The user's own sessions, with buttons to end them. */
export default function Sessions() {
  const { grant } = useSession();
  const query = useQuery(sessionsQuery(grant.id));
  const others = query.data?.filter(({ current }) => !current) ?? [];
  return (
    <Box sx={{ maxWidth: 760 }}>
      <PageHeader
        title={t("settings.sessions.title")}
        text={t("settings.sessions.text")}
        actions={others.length > 0 && <EndOthers others={others} />}
      />
      {query.isPending && (
        <Delayed>
          <SkeletonLines lines={6} />
        </Delayed>
      )}
      {query.error && !query.data && (
        <ErrorPanel problem={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && <List sessions={query.data} alone={others.length === 0} />}
    </Box>
  );
}

function List({ sessions, alone }: { sessions: OwnSession[]; alone: boolean }) {
  return (
    <>
      <Box
        component="ul"
        aria-label={t("settings.sessions.list")}
        sx={(theme) => ({
          listStyle: "none",
          m: 0,
          p: 0,
          border: `1px solid ${theme.vars.palette.divider}`,
          borderRadius: "8px",
          "& > li + li": { borderTop: `1px solid ${theme.vars.palette.divider}` },
        })}
      >
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </Box>
      {alone && (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1.5 }}>
          {t("settings.sessions.alone")}
        </Typography>
      )}
    </>
  );
}

function SessionRow({ session }: { session: OwnSession }) {
  return (
    <Box
      component="li"
      sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1.5, px: 2, py: 1.5 }}
    >
      <Box sx={{ flex: "1 1 280px", minWidth: 0 }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1, fontWeight: 500 }}>
          <Box component="span" sx={{ overflowWrap: "anywhere" }}>
            {deviceName(session.device)}
          </Box>
          {session.current && <StatusChip tone="ok" label={t("settings.sessions.this")} />}
        </Box>
        <Typography variant="body2" color="textSecondary" component="div">
          {t("settings.sessions.started")} <Time at={session.created_at} />
          {" · "}
          {t("settings.sessions.used")} <Time at={session.last_used_at} />
          {" · "}
          {t("settings.sessions.ends")} <Time at={session.expires_at} />
        </Typography>
      </Box>
      {session.current ? <SignOutHere /> : <EndOne session={session} />}
    </Box>
  );
}

function SignOutHere() {
  const { signOut } = useSession();
  const notify = useNotify();
  const leave = () =>
    signOut().catch(() => notify({ tone: "warning", text: t("shell.account.signOutFailed") }));
  return <Button onClick={() => void leave()}>{t("settings.sessions.signOutHere")}</Button>;
}

function EndOne({ session }: { session: OwnSession }) {
  const { grant } = useSession();
  const notify = useNotify();
  const end = useEndSessions(grant.id);
  const named = { device: deviceName(session.device), when: formatRelative(session.last_used_at) };
  const act = () =>
    end.mutate([session], {
      onSuccess: () => notify({ text: t("settings.sessions.done", { count: 1 }) }),
    });
  return (
    <>
      <Button aria-label={t("settings.sessions.signOutOf", named)} loading={end.isPending} onClick={act}>
        {t("settings.sessions.signOut")}
      </Button>
      {end.error && (
        <Box sx={{ flexBasis: "100%" }}>
          <ProblemLine problem={end.error} />
        </Box>
      )}
    </>
  );
}

function EndOthers({ others }: { others: OwnSession[] }) {
  const { grant } = useSession();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button color="error" onClick={() => setAsking(true)}>
        {t("settings.sessions.others")}
      </Button>
      {asking && <EndOthersDialog grant={grant.id} others={others} onClose={() => setAsking(false)} />}
    </>
  );
}

interface DialogProps {
  grant: string;
  others: OwnSession[];
  onClose: () => void;
}

function EndOthersDialog({ grant, others, onClose }: DialogProps) {
  const notify = useNotify();
  const end = useEndSessions(grant);
  const count = others.length;
  const confirm = () =>
    end.mutate(others, {
      onSuccess: () => {
        notify({ text: t("settings.sessions.done", { count }) });
        onClose();
      },
    });
  return (
    <ConfirmDialog
      open
      title={t("settings.sessions.confirm.title")}
      text={t("settings.sessions.confirm.text", { count })}
      verb={t("settings.sessions.confirm.verb")}
      pending={end.isPending}
      problem={end.error}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}
