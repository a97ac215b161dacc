import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { Invite, InviteStatus } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { dayFilter } from "../parts/dayFilter";
import { StatusChip, type Tone } from "../parts/StatusChip";
import { Time } from "../parts/Time";

export const inviteTones: Record<InviteStatus, Tone> = {
  open: "info",
  accepted: "ok",
  expired: "warning",
  revoked: "neutral",
};

/** Whether the expiry of an invite still matters. */
const canExpire = ({ status }: Invite) => status === "open" || status === "expired";

interface Options extends InviteActions {
  /** Whether the list can be filtered by MSP. */
  withMSP: boolean;
}

interface InviteActions {
  onResend: (invite: Invite) => void;
  onRevoke: (invite: Invite) => void;
}

export const inviteColumns = ({ withMSP, ...actions }: Options): Column<Invite>[] => [
  {
    field: "email",
    name: t("admin.column.email"),
    text: (invite) => invite.email,
    flex: 1.4,
    minWidth: 170,
  },
  {
    field: "role",
    name: t("admin.column.role"),
    text: (invite) => t(`words.role.${invite.role}`),
    filter: ({ role }) => ({ role }),
    width: 144,
  },
  {
    field: "node",
    name: t("admin.column.node"),
    text: (invite) => invite.client_name ?? invite.msp_name,
    filter: ({ msp_id }) => (withMSP && msp_id ? { msp_id } : undefined),
    filterText: ({ msp_name }) => msp_name ?? "",
    flex: 1.4,
    minWidth: 130,
    rank: 1,
  },
  {
    field: "provider",
    name: t("admin.column.provider"),
    text: (invite) => t(`words.provider.${invite.provider}`),
    filter: ({ provider }) => ({ provider }),
    width: 110,
    rank: 3,
  },
  {
    field: "status",
    name: t("admin.column.status"),
    render: (invite) => <InviteStatusChip invite={invite} />,
    copy: ({ status }) => t(`words.invite.${status}`),
    filter: ({ status }) => ({ status }),
    width: 128,
  },
  {
    field: "invited_by",
    name: t("admin.column.invitedBy"),
    text: (invite) => invite.invited_by,
    width: 130,
    rank: 5,
  },
  {
    field: "expires_at",
    name: t("admin.column.expires"),
    render: (invite) => <Time short at={canExpire(invite) ? invite.expires_at : null} />,
    copy: (invite) => (canExpire(invite) ? invite.expires_at : null),
    ...dayFilter((invite: Invite) => (canExpire(invite) ? invite.expires_at : undefined), ["expires_at"]),
    width: 176,
    rank: 2,
  },
  {
    field: "created_at",
    name: t("admin.column.created"),
    render: (invite) => <Time short at={invite.created_at} />,
    copy: (invite) => invite.created_at,
    ...dayFilter((invite: Invite) => invite.created_at, ["created_at"]),
    width: 176,
    rank: 4,
  },
  {
    field: "actions",
    name: t("admin.column.actions"),
    render: (invite) => canExpire(invite) && <Actions invite={invite} {...actions} />,
    width: 156,
  },
];

/** The status. Problems that only an administrator can solve replace the status "open". */
function InviteStatusChip({ invite }: { invite: Invite }) {
  const { status } = invite;
  if (status === "open" && invite.code_closed) {
    return <StatusChip tone="warning" label={t("admin.codeClosed")} />;
  }
  if (status === "open" && invite.mail === "failed") {
    return <StatusChip tone="error" label={t("admin.notMailed")} />;
  }
  return <StatusChip tone={inviteTones[status]} label={t(`words.invite.${status}`)} />;
}

function Actions({ invite, onResend, onRevoke }: InviteActions & { invite: Invite }) {
  const { email, status } = invite;
  return (
    <Box component="span" sx={{ display: "flex", gap: 1.5 }}>
      <Action name={t("admin.resendOf", { email })} onClick={() => onResend(invite)}>
        {t("admin.resend")}
      </Action>
      {status === "open" && (
        <Action name={t("admin.revokeOf", { email })} onClick={() => onRevoke(invite)}>
          {t("admin.revoke")}
        </Action>
      )}
    </Box>
  );
}

function Action({ name, onClick, children }: { name: string; onClick: () => void; children: string }) {
  return (
    <Button
      variant="text"
      size="small"
      aria-label={name}
      onClick={onClick}
      sx={{ minHeight: 26, minWidth: 0, px: 0 }}
    >
      {children}
    </Button>
  );
}
