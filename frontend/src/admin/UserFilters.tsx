import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { UserFilter } from "../bridge/models";
import { mspQuery } from "../bridge/queries";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import { FilterDialog } from "../parts/FilterDialog";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { MSPPicker } from "./NodePicker";
import { roles, userStatuses } from "./useUsers";

/** The name of the MSP the list is narrowed to; undefined where it is not. */
function useMSPName(id: string | undefined): string | undefined {
  const { grant } = useSession();
  const msp = useQuery({ ...mspQuery(grant.id, id ?? ""), enabled: id !== undefined });
  return id && (msp.data?.name ?? t("users.filter.thisMSP"));
}

/** What was looked for, in words. Undefined: everybody. */
export function useAsked(filter: UserFilter): string | undefined {
  const msp = useMSPName(filter.msp_id);
  const said = (name: string, value: string | undefined) =>
    value ? [t("users.asked.filter", { name, value })] : [];
  const parts = [
    ...(filter.q ? [t("users.asked.q", { q: filter.q })] : []),
    ...said(t("users.filter.status"), filter.status && t(`words.user.${filter.status}`)),
    ...said(t("users.filter.role"), filter.role && t(`words.role.${filter.role}`)),
    ...said(t("users.filter.msp"), msp),
  ];
  return parts.length > 0 ? formatList(parts) : undefined;
}

export function UserFilters({ address, filter }: { address: ListAddress; filter: UserFilter }) {
  const { set } = address;
  const { grant, me } = useSession();
  const asked = useAsked(filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  return (
    <FilterBar onClear={asked === undefined ? undefined : address.clear}>
      <SearchField label={t("users.search")} value={filter.q ?? ""} onChange={search} />
      <FilterChip
        label={t("users.filter.status")}
        value={filter.status}
        options={userStatuses.map((status) => ({ value: status, label: t(`words.user.${status}`) }))}
        onChange={(status) => set({ status })}
      />
      <FilterChip
        label={t("users.filter.role")}
        value={filter.role}
        options={roles
          .filter((role) => role === filter.role || me.may_invite.includes(role))
          .map((role) => ({ value: role, label: t(`words.role.${role}`) }))}
        onChange={(role) => set({ role })}
      />
      {grant.scope.level === "mssp" && (
        <MSPChip value={filter.msp_id} onChange={(msp_id) => set({ msp_id })} />
      )}
    </FilterBar>
  );
}

interface ChipProps {
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}

/** There may be thousands of MSPs: one is searched for, not picked from a menu. */
function MSPChip({ value, onChange }: ChipProps) {
  const [placed, setPlaced] = useState(false);
  const name = useMSPName(value);
  return (
    <FilterDialog
      label={t("users.filter.msp")}
      chosen={name}
      width={320}
      onClear={() => onChange(undefined)}
      // The list of MSPs is placed when the field takes the focus: once the field itself has its place.
      onEntered={() => setPlaced(true)}
      onExit={() => setPlaced(false)}
    >
      {(close) => (
        <MSPPicker
          autoFocus={placed}
          value={value && name ? { id: value, name } : null}
          onChange={(msp) => {
            close();
            onChange(msp?.id);
          }}
          error={undefined}
        />
      )}
    </FilterDialog>
  );
}
