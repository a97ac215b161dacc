import Button from "@mui/material/Button";
import { useMemo, useState } from "react";
import type { Invite } from "../bridge/models";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { PersonAddIcon } from "../parts/icons";
import { useAsked } from "../parts/useAsked";
import { useSession } from "../session/session";
import { ViewNotice } from "../views/ViewNotice";
import { ViewsMenu } from "../views/ViewsMenu";
import { AdminHeader } from "./AdminHeader";
import { inviteColumns } from "./columns";
import { InviteDialog } from "./InviteDialog";
import { InviteFilters, useInviteText } from "./InviteFilters";
import { inviteParameters } from "./parameters";
import { ResendDialog } from "./ResendDialog";
import { RevokeDialog } from "./RevokeDialog";
import { useInvites } from "./useInvites";

/** The invites: list, create, resend with a new code, revoke. */
export default function Admin() {
  const { grant, me } = useSession();
  const { address, filter, list } = useInvites();
  const [inviting, setInviting] = useAsked("inviting");
  const [revoking, setRevoking] = useState<Invite | null>(null);
  const [resending, setResending] = useState<Invite | null>(null);
  const filterText = useInviteText(filter);
  const withMSP = grant.scope.level === "mssp";
  const columns = useMemo(
    () => inviteColumns({ onResend: setResending, onRevoke: setRevoking, withMSP }),
    [withMSP],
  );
  const invite = me.may_invite.length > 0 && <InviteButton onClick={() => setInviting(true)} />;
  return (
    <>
      <AdminHeader
        text={t("admin.text")}
        actions={
          <>
            <ViewsMenu list="invites" title={t("admin.invites")} known={inviteParameters} />
            {invite}
          </>
        }
      />
      <ViewNotice list="invites" known={inviteParameters} />
      <InviteFilters address={address} filter={filter} />
      <DataTable
        label={t("admin.invites")}
        list={paths.admin}
        columns={columns}
        {...list}
        select={{ key: JSON.stringify(filter), nameOf: ({ email }) => email }}
        onFilter={address.set}
        empty={
          <EmptyState
            icon={<PersonAddIcon />}
            title={t("admin.empty.title")}
            text={t("admin.empty.text")}
            action={invite}
          />
        }
        filterText={filterText}
        onClear={address.clear}
      />
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {resending && <ResendDialog invite={resending} onClose={() => setResending(null)} />}
      {revoking && <RevokeDialog invite={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function InviteButton({ onClick }: { onClick: () => void }) {
  const { grant } = useSession();
  return (
    <Button variant="contained" startIcon={<PersonAddIcon />} onClick={onClick}>
      {t(grant.scope.level === "mssp" ? "admin.invite.mssp" : "admin.invite.msp")}
    </Button>
  );
}
