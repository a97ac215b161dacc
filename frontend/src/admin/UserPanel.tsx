import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { type ReactNode, useState } from "react";
import type { HeldGrant, UserItem } from "../bridge/models";
import { formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { SkeletonLines } from "../parts/Delayed";
import { EmptyState } from "../parts/EmptyState";
import { ErrorPanel } from "../parts/ErrorPanel";
import { Facts } from "../parts/Facts";
import { PersonIcon } from "../parts/icons";
import { Section } from "../parts/Section";
import { SidePanel } from "../parts/SidePanel";
import { Time } from "../parts/Time";
import { CopyPortalLink } from "../session/CopyPortalLink";
import { useSession } from "../session/session";
import { RoleDialog } from "./RoleDialog";
import { type UserAction, UserConfirm } from "./UserConfirm";
import { nameOf, UserStatus } from "./userColumns";
import type { OpenedUser } from "./useUsers";

interface Props {
  opened: OpenedUser;
  onClose: () => void;
}

/** One user: their grants inside the scope, and the changes that the viewer may make. */
export function UserPanel({ opened, onClose }: Props) {
  const { user } = opened;
  if (!user) {
    return (
      <SidePanel title={t("users.one")} onClose={onClose}>
        <NoUser {...opened} />
      </SidePanel>
    );
  }
  const name = nameOf(user);
  return (
    <SidePanel
      title={user.self ? t("users.you", { name }) : name}
      lead={<UserStatus active={user.active} />}
      actions={<CopyPortalLink kind="user" id={user.id} />}
      onClose={onClose}
    >
      <UserFacts user={user} />
      <Changes user={user} />
    </SidePanel>
  );
}

function NoUser({ problem, onRetry }: OpenedUser) {
  if (!problem) return <SkeletonLines lines={8} />;
  if (problem.code !== "not_found") return <ErrorPanel problem={problem} onRetry={onRetry} />;
  return <EmptyState icon={<PersonIcon />} title={t("users.panel.gone")} text={t("users.panel.goneText")} />;
}

function UserFacts({ user }: { user: UserItem }) {
  const last = user.last_login_at;
  return (
    <Box sx={{ mt: 1 }}>
      <Facts
        facts={[
          { label: t("users.panel.email"), value: <Address user={user} /> },
          { label: t("users.panel.provider"), value: t(`words.provider.${user.provider}`) },
          { label: t("users.panel.lastLogin"), value: last ? <Time at={last} /> : t("users.panel.never") },
          { label: t("users.panel.since"), value: <Time at={user.created_at} /> },
          {
            label: t("users.panel.sessions"),
            value: user.sessions > 0 ? formatNumber(user.sessions) : t("users.panel.nowhere"),
          },
        ]}
      />
    </Box>
  );
}

function Address({ user }: { user: UserItem }) {
  if (user.email_confirmed) return user.email;
  return (
    <>
      {user.email}
      <Typography variant="body2" color="textSecondary">
        {t("users.panel.unconfirmed")}
      </Typography>
    </>
  );
}

type Asking = { what: "role"; held: HeldGrant } | { what: UserAction; held?: HeldGrant };

/** Roles and access, with the actions that the viewer may take. */
function Changes({ user }: { user: UserItem }) {
  const { me } = useSession();
  const [asking, setAsking] = useState<Asking | null>(null);
  const refused = !user.grants.every(({ role }) => me.may_invite.includes(role));
  const fixed = user.self ? t("users.panel.self") : refused ? t("users.panel.refused") : null;
  const close = () => setAsking(null);
  return (
    <>
      <Section title={t("users.panel.roles")} text={t("users.panel.rolesText")}>
        <Roles user={user} fixed={fixed !== null} onAsk={setAsking} />
      </Section>
      <Section title={t("users.panel.access")}>
        <Access user={user} fixed={fixed} onAsk={setAsking} />
      </Section>
      {asking?.what === "role" && <RoleDialog user={user} held={asking.held} onClose={close} />}
      {asking && asking.what !== "role" && (
        <UserConfirm user={user} action={asking.what} held={asking.held} onClose={close} />
      )}
    </>
  );
}

interface RolesProps {
  user: UserItem;
  fixed: boolean;
  onAsk: (asking: Asking) => void;
}

function Roles({ user, fixed, onAsk }: RolesProps) {
  return (
    <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 1 }}>
      {user.grants.map((held) => (
        <RoleLine key={held.id} held={held}>
          {!fixed && <RoleActions held={held} alone={user.grants.length === 1} onAsk={onAsk} />}
        </RoleLine>
      ))}
    </Box>
  );
}

function RoleLine({ held, children }: { held: HeldGrant; children: ReactNode }) {
  return (
    <Box
      component="li"
      sx={(theme) => ({
        display: "flex",
        flexWrap: "wrap",
        alignItems: "center",
        gap: 1,
        p: 1.25,
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
      })}
    >
      <Box sx={{ flex: "1 1 160px", minWidth: 0, overflowWrap: "anywhere" }}>
        <Typography variant="body2" sx={{ fontWeight: 500 }}>
          {t(`words.role.${held.role}`)}
          {!held.active && ` (${t("users.panel.off")})`}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {held.node}
        </Typography>
      </Box>
      <Box sx={{ display: "flex", gap: 1, "&:empty": { display: "none" } }}>{children}</Box>
    </Box>
  );
}

interface RoleActionsProps {
  held: HeldGrant;
  /** Whether it is their only role here; then the section Access has its actions. */
  alone: boolean;
  onAsk: (asking: Asking) => void;
}

function RoleActions({ held, alone, onAsk }: RoleActionsProps) {
  const named = { role: t(`words.role.${held.role}`), node: held.node };
  const verb = held.active ? "deactivate" : "reactivate";
  return (
    <>
      <Button
        size="small"
        aria-label={t("users.panel.changeRoleOf", named)}
        onClick={() => onAsk({ what: "role", held })}
      >
        {t("users.panel.changeRole")}
      </Button>
      {!alone && (
        <Button
          size="small"
          aria-label={t(`users.panel.${verb}Of`, named)}
          onClick={() => onAsk({ what: verb, held })}
        >
          {t(`users.panel.${verb}`)}
        </Button>
      )}
    </>
  );
}

interface AccessProps {
  user: UserItem;
  /** Why nothing can be changed; null where it can. */
  fixed: string | null;
  onAsk: (asking: Asking) => void;
}

function Access({ user, fixed, onAsk }: AccessProps) {
  if (fixed !== null) return <Typography variant="body2">{fixed}</Typography>;
  const verb = user.active ? "deactivate" : "reactivate";
  return (
    <>
      <Typography variant="body2" color="textSecondary">
        {t(user.active ? "users.panel.accessActive" : "users.panel.accessOff")}
      </Typography>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: 1.5 }}>
        <Button color={user.active ? "error" : "primary"} onClick={() => onAsk({ what: verb })}>
          {t(`users.panel.${verb}`)}
        </Button>
        {user.sessions > 0 && (
          <Button onClick={() => onAsk({ what: "signOut" })}>{t("users.panel.signOut")}</Button>
        )}
      </Box>
    </>
  );
}
