import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useChangeUser } from "../bridge/changes";
import type { Grant, HeldGrant, Role, UserChange, UserItem } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { FormDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { type Node, needsClient, needsMSP } from "./inviteForm";
import { ClientPicker, MSPPicker } from "./NodePicker";
import { nameOf } from "./userColumns";

interface Props {
  user: UserItem;
  /** The grant whose role is changed. */
  held: HeldGrant;
  onClose: () => void;
}

const levelOf = (role: Role) => (needsClient(role) ? "client" : needsMSP(role) ? "msp" : "mssp");

/** Where the new role is to be asked for: nowhere while the level stays, or where only one place is left. */
function asksFor(role: Role, held: HeldGrant, viewer: Grant): "msp" | "client" | null {
  const level = levelOf(role);
  if (level === held.scope.level || level === "mssp") return null;
  return level === "msp" && viewer.scope.msp_id ? null : level;
}

/** The change as the API takes it; a role of another level names its node. */
function toChange(role: Role, held: HeldGrant, node: Node | null, viewer: Grant): UserChange {
  const change: UserChange = { grant_id: held.id, role };
  const level = levelOf(role);
  if (level === held.scope.level || level === "mssp") return change;
  if (level === "client") return { ...change, ...(node && { client_id: node.id }) };
  const id = viewer.scope.msp_id ?? node?.id;
  return { ...change, ...(id && { msp_id: id }) };
}

/** Gives somebody another role, in another place where the role belongs to another kind of place. */
export function RoleDialog({ user, held, onClose }: Props) {
  const { grant, me } = useSession();
  const notify = useNotify();
  const change = useChangeUser(grant.id, user.id);
  const [role, setRole] = useState<Role>(held.role);
  const [node, setNode] = useState<Node | null>(null);
  const [tried, setTried] = useState(false);
  const asks = asksFor(role, held, grant);
  const found = faults(role, held, asks, node);
  const refused = change.error?.field ? change.error : null;
  const name = nameOf(user);
  const choose = (next: Role) => {
    setRole(next);
    setNode(null);
    setTried(false);
    change.reset();
  };
  const save = () => {
    setTried(true);
    if (found.role || found.node) return;
    change.mutate(toChange(role, held, node, grant), {
      onSuccess: (changed) => {
        const now = changed.grants.find(({ id }) => id === held.id);
        const words = { name, role: t(`words.role.${role}`), node: now?.node ?? node?.name ?? held.node };
        notify({ text: t("users.role.done", words) });
        onClose();
      },
    });
  };
  const Picker = asks === "msp" ? MSPPicker : ClientPicker;
  return (
    <FormDialog
      open
      title={t("users.role.title", { name })}
      submitLabel={t("users.role.submit")}
      pending={change.isPending}
      problem={change.error}
      onClose={onClose}
      onSubmit={save}
    >
      <Typography variant="body2">
        {t("users.role.now", { name, role: t(`words.role.${held.role}`), node: held.node })}
      </Typography>
      <RoleChoice
        value={role}
        roles={me.may_invite}
        error={(tried && found.role) || (asks ? undefined : said(refused))}
        onChange={choose}
      />
      {asks && (
        <Picker key={asks} value={node} onChange={setNode} error={(tried && found.node) || said(refused)} />
      )}
      <Typography variant="body2" color="textSecondary">
        {t("users.role.effect")}
      </Typography>
    </FormDialog>
  );
}

const said = (problem: Problem | null) => problem?.message || undefined;

/** What must be put right before it is sent. */
function faults(role: Role, held: HeldGrant, asks: "msp" | "client" | null, node: Node | null) {
  return {
    role: role === held.role ? t("users.role.same") : undefined,
    node: asks && !node ? t(`admin.wrong.${asks}`) : undefined,
  };
}

interface ChoiceProps {
  value: Role;
  roles: Role[];
  error: string | undefined;
  onChange: (role: Role) => void;
}

function RoleChoice({ value, roles, error, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <TextField
      select
      autoFocus
      id={id}
      label={t("users.role.label")}
      value={value}
      onChange={(event) => onChange(event.target.value as Role)}
      error={error !== undefined}
      helperText={error}
    >
      {roles.map((role) => (
        <MenuItem key={role} value={role}>
          {t(`words.role.${role}`)}
        </MenuItem>
      ))}
    </TextField>
  );
}
