import { useCallback, useState } from "react";
import { roles, userStatuses } from "../bridge/enums";
import type { UserFilter } from "../bridge/models";
import { useMSPName } from "../customers/useMSPName";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import { FilterDialog } from "../parts/FilterDialog";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { MSPPicker } from "./NodePicker";

/** The name of the MSP in the filter, or a text while it loads; undefined without one. */
function useMSPText(id: string | undefined): string | undefined {
  const name = useMSPName(id);
  return id && (name ?? t("users.filter.thisMSP"));
}

/** The filter as a sentence; undefined for no filter. */
export function useFilterText(filter: UserFilter): string | undefined {
  const msp = useMSPText(filter.msp_id);
  const part = (name: string, value: string | undefined) =>
    value ? [t("users.filterText.value", { name, value })] : [];
  const parts = [
    ...(filter.q ? [t("users.filterText.q", { q: filter.q })] : []),
    ...part(t("users.filter.status"), filter.status && t(`words.user.${filter.status}`)),
    ...part(t("users.filter.role"), filter.role && t(`words.role.${filter.role}`)),
    ...part(t("users.filter.msp"), msp),
  ];
  return parts.length > 0 ? formatList(parts) : undefined;
}

export function UserFilters({ address, filter }: { address: ListAddress; filter: UserFilter }) {
  const { set } = address;
  const { grant, me } = useSession();
  const filterText = useFilterText(filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  return (
    <FilterBar onClear={filterText === undefined ? undefined : address.clear}>
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

/** A search field instead of a menu, because there may be thousands of MSPs. */
function MSPChip({ value, onChange }: ChipProps) {
  const [placed, setPlaced] = useState(false);
  const name = useMSPText(value);
  return (
    <FilterDialog
      label={t("users.filter.msp")}
      chosen={name}
      width={320}
      onClear={() => onChange(undefined)}
      // The list of MSPs is positioned when the field gets the focus, so the dialog must be in its place before.
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
