import Button from "@mui/material/Button";
import { useCallback, useMemo } from "react";
import { Link } from "react-router";
import { links } from "../bridge/links";
import type { MSPFilter } from "../bridge/models";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import { MspsIcon } from "../parts/icons";
import type { ListAddress } from "../parts/listAddress";
import { PageHeader } from "../parts/PageHeader";
import { Beside } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { mspColumns } from "./columns";
import { MSPPanel } from "./MSPPanel";
import { statuses, useMSPs } from "./useMSPs";

/** The MSPs in scope; for an MSP's own people, theirs alone. */
export default function MSPs() {
  const { grant } = useSession();
  const { level, msp_id: own } = grant.scope;
  if (level !== "msp" || !own) return <MSPList />;
  return (
    <>
      <PageHeader title={t("msps.own")} />
      <MSPPanel id={own} />
    </>
  );
}

/** Found, filtered and sorted by the server; a row opens beside the list. */
function MSPList() {
  const { address, filter, list } = useMSPs();
  const columns = useMemo(mspColumns, []);
  return (
    <>
      <PageHeader title={t("msps.title")} />
      <Filters address={address} filter={filter} />
      <Beside>
        <DataTable
          label={t("msps.title")}
          columns={columns}
          {...list}
          sort={filter.sort ?? "name"}
          onSort={(sort) => address.set({ sort })}
          onOpen={(msp) => address.open(msp.id)}
          selectedId={address.openId}
          empty={<NoMSPs onRetry={list.onRetry} />}
          asked={asked(filter)}
          onClear={address.clear}
        />
        {address.openId && (
          <MSPPanel
            key={address.openId}
            id={address.openId}
            row={list.rows.find((msp) => msp.id === address.openId)}
            onClose={address.close}
          />
        )}
      </Beside>
    </>
  );
}

/** What was looked for, in words. Undefined: everything. */
function asked(filter: MSPFilter): string | undefined {
  const parts = [];
  if (filter.q) parts.push(t("msps.asked.q", { q: filter.q }));
  if (filter.status) {
    const value = t(`words.customer.${filter.status}`);
    parts.push(t("msps.asked.filter", { name: t("msps.filter.status"), value }));
  }
  return parts.length > 0 ? formatList(parts) : undefined;
}

function Filters({ address, filter }: { address: ListAddress; filter: MSPFilter }) {
  const { set } = address;
  const search = useCallback((q: string) => set({ q }, true), [set]);
  return (
    <FilterBar onClear={asked(filter) === undefined ? undefined : address.clear}>
      <SearchField label={t("msps.search")} value={filter.q ?? ""} onChange={search} />
      <FilterChip
        label={t("msps.filter.status")}
        value={filter.status}
        options={statuses.map((status) => ({ value: status, label: t(`words.customer.${status}`) }))}
        onChange={(status) => set({ status })}
      />
    </FilterBar>
  );
}

function NoMSPs({ onRetry }: { onRetry: () => void }) {
  const { can } = useSession();
  const syncs = can("see_syncs") && (
    <Button component={Link} to={links.syncs}>
      {t("msps.empty.syncs")}
    </Button>
  );
  return (
    <EmptyState
      icon={<MspsIcon />}
      title={t("msps.empty.title")}
      text={t("msps.empty.text")}
      action={syncs || <Button onClick={onRetry}>{t("msps.empty.again")}</Button>}
    />
  );
}
