import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { roleLevels } from "../bridge/enums";
import type { Grant, HeldGrant, Role, UserChange, UserItem } from "../bridge/models";
import { useChangeUser } from "../bridge/mutations";
import type { Problem } from "../bridge/problem";
import { ClientPicker, MSPPicker, type Node } from "../customers/NodePicker";
import { t } from "../i18n/i18n";
import { FormDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { nameOf } from "./userColumns";

interface Props {
  user: UserItem;
  /** The grant whose role is changed. */
  held: HeldGrant;
  onClose: () => void;
}

/** Which node to ask for: none while the level stays the same, or where only one node is possible. */
function asksFor(role: Role, held: HeldGrant, viewer: Grant): "msp" | "client" | null {
  const level = roleLevels[role];
  if (level === held.scope.level || level === "mssp") return null;
  return level === "msp" && viewer.scope.msp_id ? null : level;
}

/** The change as a request to the API; a role of another level needs its node. */
function toChange(role: Role, held: HeldGrant, node: Node | null, viewer: Grant): UserChange {
  const change: UserChange = { grant_id: held.id, role };
  const level = roleLevels[role];
  if (level === held.scope.level || level === "mssp") return change;
  if (level === "client") return { ...change, ...(node && { client_id: node.id }) };
  const id = viewer.scope.msp_id ?? node?.id;
  return { ...change, ...(id && { msp_id: id }) };
}

/** Changes the role of a grant, and its node where the new role belongs to another level. */
export function RoleDialog({ user, held, onClose }: Props) {
  const { grant, me } = useSession();
  const notify = useNotify();
  const change = useChangeUser(grant.id, user.id);
  const [role, setRole] = useState<Role>(held.role);
  const [node, setNode] = useState<Node | null>(null);
  const [tried, setTried] = useState(false);
  const asks = asksFor(role, held, grant);
  const errors = validate(role, held, asks, node);
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
    if (errors.role || errors.node) return;
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
        error={(tried && errors.role) || (asks ? undefined : messageOf(refused))}
        onChange={choose}
      />
      {asks && (
        <Picker
          key={asks}
          value={node}
          onChange={setNode}
          error={(tried && errors.node) || messageOf(refused)}
        />
      )}
      <Typography variant="body2" color="textSecondary">
        {t("users.role.effect")}
      </Typography>
    </FormDialog>
  );
}

const messageOf = (problem: Problem | null) => problem?.message || undefined;

/** Validation errors that keep the form from being sent. */
function validate(role: Role, held: HeldGrant, asks: "msp" | "client" | null, node: Node | null) {
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
