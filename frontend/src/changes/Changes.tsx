import Button from "@mui/material/Button";
import { useMemo } from "react";
import { Link as RouterLink, useNavigate } from "react-router";
import { useList } from "../bridge/lists";
import type { ChangeFilter, ListedChange } from "../bridge/models";
import { paths } from "../bridge/paths";
import { changesQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { filterFrom } from "../parts/filters";
import { HistoryIcon } from "../parts/icons";
import { useListAddress } from "../parts/listAddress";
import { PageHeader } from "../parts/PageHeader";
import { Time } from "../parts/Time";
import { useSession } from "../session/session";
import { ViewNotice } from "../views/ViewNotice";
import { ViewsMenu } from "../views/ViewsMenu";
import { ChangeFilters, filterText, useKnownNames } from "./ChangeFilters";
import { changeColumns, pathOf } from "./columns";
import { changeFilters } from "./filters";
import { changeParameters } from "./parameters";
import { useVisit } from "./useVisit";

/** Every change in the scope, the newest first; many that are alike are one line, which opens as a list of its own. */
export default function Changes() {
  const { grant, can } = useSession();
  const navigate = useNavigate();
  const address = useListAddress(paths.changes());
  const filter: ChangeFilter = filterFrom(changeFilters, address.get);
  const list = useList(changesQuery(grant.id, filter));
  const known = useKnownNames(filter, list.rows[0]);
  useVisit(list.newestAt);
  const mssp = grant.scope.level === "mssp" ? grant.mssp : null;
  const withRuns = can("see_syncs");
  const columns = useMemo(() => changeColumns({ mssp, withRuns }), [mssp, withRuns]);
  const open = (change: ListedChange) => {
    const path = pathOf(change);
    if (path) void navigate(path);
  };
  return (
    <>
      {/* An export of the list takes its place among the header's actions. */}
      <PageHeader
        title={t("changes.title")}
        text={<Beginning filter={filter} since={list.since} />}
        actions={<ViewsMenu list="changes" title={t("changes.title")} known={changeParameters} />}
      />
      <ViewNotice list="changes" known={changeParameters} />
      <ChangeFilters address={address} filter={filter} known={known} />
      <DataTable
        label={t("changes.title")}
        list={paths.changes()}
        columns={columns}
        {...list}
        shown={list.rows.reduce((sum, { alike }) => sum + alike, 0)}
        select={{ key: JSON.stringify(filter), nameOf: (change) => change.name }}
        onOpen={open}
        onFilter={address.set}
        empty={<NoChanges onRetry={list.onRetry} />}
        filterText={filterText(filter, known)}
        onClear={address.clear}
      />
    </>
  );
}

/** The moment from which a span given as "my last visit" or as days begins. */
function Beginning({ filter, since }: { filter: ChangeFilter; since: string | null }) {
  if (!since) return null;
  return (
    <>
      {t(filter.since === "last_visit" ? "changes.sinceVisit" : "changes.sinceAt")}: <Time at={since} />
    </>
  );
}

function NoChanges({ onRetry }: { onRetry: () => void }) {
  const { can } = useSession();
  return (
    <EmptyState
      icon={<HistoryIcon />}
      title={t("changes.empty.title")}
      text={t("changes.empty.text")}
      action={
        can("see_syncs") ? (
          <Button component={RouterLink} to={paths.syncs}>
            {t("clients.empty.syncs")}
          </Button>
        ) : (
          <Button onClick={onRetry}>{t("clients.empty.again")}</Button>
        )
      }
    />
  );
}
