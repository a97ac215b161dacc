import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { Link as RouterLink } from "react-router";
import type { MSP } from "../bridge/models";
import { type CountName, mspCounts } from "../bridge/mspCounts";
import { paths } from "../bridge/paths";
import { formatChange, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { UnknownValue } from "../parts/UnknownValue";
import { useSession } from "../session/session";
import type { Row } from "./rows";

/** How the list behind a count is sorted, where it is not by name. */
const sorts: Partial<Record<CountName, string>> = {
  expiring_30: "expires_on",
  expiring_90: "expires_on",
  expired: "-expires_on",
  exceeded: "-seats_over",
};

/** The figures that only MSPs have, and by which their clients cannot be sorted. */
export const mspFigures: string[] = [...Object.keys(mspCounts), "growth"];

/** Counts of something to act on are coloured. */
const tones: Partial<Record<CountName, string>> = { expired: "error.main", exceeded: "error.main" };

/** The path of the list behind a count. An MSP's own users see no other clients. */
export function listOf(name: CountName, id: string, own: boolean): string {
  const sort = sorts[name];
  return paths.clients({ ...(!own && { msp_id: id }), ...mspCounts[name], ...(sort && { sort }) });
}

/** A count with a link to its list; without one where there is nothing to list. */
export function CountLink({ msp, name }: { msp: MSP; name: CountName }) {
  const { grant } = useSession();
  const count = msp[name];
  if (count === 0) return formatNumber(0);
  return (
    <Link
      component={RouterLink}
      to={listOf(name, msp.id, grant.scope.level === "msp")}
      onClick={(event) => event.stopPropagation()}
      aria-label={t(`msps.listOf.${name}`, { count, name: msp.name })}
      sx={{ color: tones[name] ?? "inherit", textDecorationColor: "currentcolor" }}
    >
      {formatNumber(count)}
    </Link>
  );
}

/** How the number of clients has changed, with its sign. */
export const Growth = ({ of }: { of: number | null }) =>
  of === null ? <UnknownValue /> : <Box component="span">{formatChange(of)}</Box>;

/** The growth, with a link to what has changed in these days. */
export function GrowthLink({ msp }: { msp: MSP }) {
  const { grant } = useSession();
  if (msp.growth === null) return <UnknownValue />;
  const own = grant.scope.level === "msp";
  return (
    <Link
      component={RouterLink}
      to={paths.changes({ since: "30d", ...(!own && { msp_id: msp.id }) })}
      aria-label={t("msps.changesOf", { change: formatChange(msp.growth), name: msp.name })}
      sx={{ color: "inherit", textDecorationColor: "currentcolor" }}
    >
      <Growth of={msp.growth} />
    </Link>
  );
}

/** A column of a count. */
export const countColumn = (
  name: Exclude<CountName, "clients">,
  width: number,
  rank: number,
): Column<Row> => ({
  field: name,
  name: t(`msps.column.${name}`),
  render: (row) => row.kind === "msp" && <CountLink msp={row.msp} name={name} />,
  copy: (row) => (row.kind === "msp" ? row.msp[name] : null),
  filter: (row) => (row.kind === "msp" ? { [name]: String(row.msp[name]) } : undefined),
  sortable: true,
  align: "right",
  width,
  rank,
});

export const growthColumn = (): Column<Row> => ({
  field: "growth",
  name: t("msps.column.growth"),
  render: (row) => row.kind === "msp" && <Growth of={row.msp.growth} />,
  copy: (row) => (row.kind === "msp" ? row.msp.growth : null),
  sortable: true,
  align: "right",
  width: 124,
  rank: 5,
});
