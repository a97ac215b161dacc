import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import type { Overview as OverviewData } from "../bridge/models";
import { overviewQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { PageHeader } from "../parts/PageHeader";
import { StaleAlert } from "../parts/StaleAlert";
import { useIsShownDataAsOf } from "../parts/shownDataAsOf";
import { Time } from "../parts/Time";
import { useSession } from "../session/session";
import { AttentionList } from "./AttentionList";
import { ChangesSinceVisit } from "./ChangesSinceVisit";
import { FavouriteList } from "./FavouriteList";
import { Figures } from "./Figures";
import { FirstSync } from "./FirstSync";
import { Trend } from "./Trend";

/** The first screen: figures, a trend, and what needs attention, within the scope of the active grant. */
export default function Overview() {
  const { grant } = useSession();
  const query = useQuery(overviewQuery(grant.id));
  const { data, error } = query;
  const retry = () => void query.refetch();
  if (error && !data) {
    return (
      <>
        <PageHeader title={t("overview.title")} />
        <ErrorPanel problem={error} onRetry={retry} />
      </>
    );
  }
  return (
    <>
      <PageHeader title={t("overview.title")} text={data && <DataAsOf dataAsOf={data.data_as_of} />} />
      {error && (
        <Box sx={{ mb: 1.5 }}>
          <StaleAlert problem={error} text={t("overview.stale")} onRetry={retry} />
        </Box>
      )}
      {data && isEmpty(data) ? <FirstSync /> : <Content overview={data} />}
    </>
  );
}

const isEmpty = (overview: OverviewData) => overview.data_as_of === null && overview.clients === 0;

function DataAsOf({ dataAsOf }: { dataAsOf: string | null }) {
  const inBar = useIsShownDataAsOf(dataAsOf);
  if (dataAsOf === null) return t("overview.neverSynced");
  if (inBar) return null;
  return (
    <>
      {t("overview.dataAsOf")} <Time at={dataAsOf} />
    </>
  );
}

/** Has the border and about the height of what loads. */
const LoadingCard = () => (
  <Box
    sx={(theme) => ({
      p: 2,
      minHeight: 360,
      border: `1px solid ${theme.vars.palette.divider}`,
      borderRadius: "8px",
    })}
  >
    <SkeletonLines lines={8} />
  </Box>
);

function Content({ overview }: { overview: OverviewData | undefined }) {
  const { grant } = useSession();
  const trend = grant.scope.level !== "client";
  return (
    <Box sx={{ containerType: "inline-size" }}>
      <FavouriteList />
      <ChangesSinceVisit count={overview?.changes_since_visit} />
      <Figures overview={overview} />
      <Box
        sx={{
          display: "grid",
          gap: 1.5,
          alignItems: "start",
          gridTemplateColumns: trend ? "minmax(0, 3fr) minmax(0, 2fr)" : "minmax(0, 1fr)",
          "@container (max-width: 860px)": { gridTemplateColumns: "minmax(0, 1fr)" },
        }}
      >
        {overview ? (
          <>
            <AttentionList overview={overview} />
            {trend && <Trend trend={overview.trend} products={overview.products} />}
          </>
        ) : (
          <Delayed>
            <LoadingCard />
            {trend && <LoadingCard />}
          </Delayed>
        )}
      </Box>
    </Box>
  );
}
