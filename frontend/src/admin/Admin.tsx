import Button from "@mui/material/Button";
import { useCallback, useMemo, useState } from "react";
import { inviteStatuses } from "../bridge/enums";
import { links } from "../bridge/links";
import type { Invite, InviteFilter } from "../bridge/models";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import { PersonAddIcon } from "../parts/icons";
import type { ListAddress } from "../parts/listAddress";
import { useAsked } from "../parts/useAsked";
import { useSession } from "../session/session";
import { ViewNotice } from "../views/ViewNotice";
import { ViewsMenu } from "../views/ViewsMenu";
import { AdminHeader } from "./AdminHeader";
import { inviteColumns } from "./columns";
import { InviteDialog } from "./InviteDialog";
import { inviteParameters } from "./parameters";
import { ResendDialog } from "./ResendDialog";
import { RevokeDialog } from "./RevokeDialog";
import { useInvites } from "./useInvites";

/** The invites: list, create, resend with a new code, revoke. */
export default function Admin() {
  const { me } = useSession();
  const { address, filter, list } = useInvites();
  const [inviting, setInviting] = useAsked("inviting");
  const [revoking, setRevoking] = useState<Invite | null>(null);
  const [resending, setResending] = useState<Invite | null>(null);
  const columns = useMemo(() => inviteColumns({ onResend: setResending, onRevoke: setRevoking }), []);
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
      <Filters address={address} filter={filter} />
      <DataTable
        label={t("admin.invites")}
        list={links.admin}
        columns={columns}
        {...list}
        select={{ key: JSON.stringify(filter), nameOf: ({ email }) => email }}
        empty={
          <EmptyState
            icon={<PersonAddIcon />}
            title={t("admin.empty.title")}
            text={t("admin.empty.text")}
            action={invite}
          />
        }
        filterText={filterText(filter)}
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

/** The filter as a sentence; undefined for no filter. */
function filterText(filter: InviteFilter): string | undefined {
  const parts = [];
  if (filter.q) parts.push(t("admin.filterText.q", { q: filter.q }));
  if (filter.status) {
    const value = t(`words.invite.${filter.status}`);
    parts.push(t("admin.filterText.value", { name: t("admin.filter.status"), value }));
  }
  return parts.length > 0 ? formatList(parts) : undefined;
}

function Filters({ address, filter }: { address: ListAddress; filter: InviteFilter }) {
  const { set } = address;
  const search = useCallback((q: string) => set({ q }, true), [set]);
  const status = {
    name: "status",
    set: filter.status !== undefined,
    chip: (
      <FilterChip
        label={t("admin.filter.status")}
        value={filter.status}
        options={inviteStatuses.map((status) => ({ value: status, label: t(`words.invite.${status}`) }))}
        onChange={(status) => set({ status })}
      />
    ),
  };
  return (
    <FilterBar chips={[status]} onClear={filterText(filter) === undefined ? undefined : address.clear}>
      <SearchField label={t("admin.search")} value={filter.q ?? ""} onChange={search} />
    </FilterBar>
  );
}
