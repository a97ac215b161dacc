import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { ReactNode } from "react";
import { t } from "../i18n/i18n";
import { useIsShownDataAsOf } from "./shownDataAsOf";
import { Time } from "./Time";

interface Props {
  /** The number of loaded rows. */
  shown: number;
  total: number | null;
  loading: boolean;
  refreshing?: boolean | undefined;
  hasMore?: boolean | undefined;
  loadingMore?: boolean | undefined;
  onMore?: (() => void) | undefined;
  dataAsOf?: string | null | undefined;
  /** The button for the choice of columns. */
  columns?: ReactNode;
}

/**
 * The footer of a table: the number of rows, a button to load more, the time of the data where it differs from the top bar,
 * and the choice of columns.
 */
export function TableFooter({
  shown,
  total,
  loading,
  refreshing,
  hasMore,
  loadingMore,
  onMore,
  dataAsOf,
  columns,
}: Props) {
  const inBar = useIsShownDataAsOf(dataAsOf);
  const count = refreshing ? t("parts.table.refreshing") : countText(shown, total, hasMore);
  return (
    <Box
      sx={(theme) => ({
        display: "flex",
        alignItems: "center",
        gap: 1.5,
        minHeight: 36,
        px: 1.25,
        borderTop: `1px solid ${theme.vars.palette.divider}`,
        color: "text.secondary",
        fontSize: "0.8125rem",
      })}
    >
      <span role="status">{loading ? t("parts.table.loading") : count}</span>
      {hasMore && onMore && (
        <Button
          variant="text"
          size="small"
          onClick={onMore}
          loading={loadingMore ?? false}
          sx={{ minHeight: 28 }}
        >
          {t("parts.table.more")}
        </Button>
      )}
      <Box sx={{ display: "flex", alignItems: "center", gap: 1.5, ml: "auto" }}>
        {dataAsOf && !inBar && (
          <span>
            {t("parts.table.dataAsOf")} <Time at={dataAsOf} />
          </span>
        )}
        {columns}
      </Box>
    </Box>
  );
}

function countText(shown: number, total: number | null, hasMore = false): string {
  if (total === null && hasMore) return t("parts.table.first", { count: shown });
  const count = total ?? shown;
  return shown < count ? t("parts.table.showing", { shown, count }) : t("parts.table.all", { count });
}
