import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link as RouterLink } from "react-router";
import { changeFields, changeKinds } from "../bridge/enums";
import type { Change, ChangeFilter } from "../bridge/models";
import { paths } from "../bridge/paths";
import { customerChangesQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { FilterChip } from "../parts/FilterBar";
import { History } from "../parts/History";
import { useSession } from "../session/session";

interface Props {
  id: string;
  /** The newest changes, of every kind. */
  newest: Change[];
}

type Filter = Pick<ChangeFilter, "kind" | "field">;

/** The history of a customer, which can be filtered by kind and field; filtered, the server reads all of it. */
export function CustomerHistory({ id, newest }: Props) {
  const { can, grant } = useSession();
  const [filter, setFilter] = useState<Filter>({});
  const filtered = Object.keys(filter).length > 0;
  const wanted = { ...filter, customer_id: id };
  const query = useInfiniteQuery({ ...customerChangesQuery(grant.id, wanted), enabled: filtered });
  const { data, error, isLoading, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const found = data?.pages.flatMap(({ items }) => items);
  return (
    <>
      <History
        changes={filtered ? (found ?? []) : newest}
        none={filtered ? found && t("history.noMatch") : t("history.none")}
        runPath={can("see_syncs") ? paths.sync : undefined}
        filters={newest.length > 1 && <Filters id={id} filter={filter} onChange={setFilter} />}
      />
      {filtered && isLoading && (
        <Delayed>
          <SkeletonLines lines={4} />
        </Delayed>
      )}
      {filtered && error && !data && <ErrorPanel problem={error} onRetry={() => void refetch()} />}
      {filtered && hasNextPage && (
        <Button variant="text" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("history.more")}
        </Button>
      )}
    </>
  );
}

interface FiltersProps {
  id: string;
  filter: Filter;
  onChange: (filter: Filter) => void;
}

function Filters({ id, filter, onChange }: FiltersProps) {
  const set = (name: keyof Filter, value: string | undefined) => {
    const { [name]: _, ...others } = filter;
    onChange(value === undefined ? others : { ...others, [name]: value });
  };
  const kinds = changeKinds.map((value) => ({ value: value as string, label: t(`changes.kinds.${value}`) }));
  const fields = changeFields.map((value) => ({
    value: value as string,
    label: t(`history.field.${value}`),
  }));
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1, mb: 1.5 }}>
      <FilterChip
        label={t("changes.kind")}
        value={filter.kind}
        options={kinds}
        onChange={(kind) => set("kind", kind)}
      />
      <FilterChip
        label={t("changes.field")}
        value={filter.field}
        options={fields}
        onChange={(field) => set("field", field)}
      />
      <Link component={RouterLink} to={paths.changes({ customer_id: id, ...filter })} variant="body2">
        {t("history.all")}
      </Link>
    </Box>
  );
}
