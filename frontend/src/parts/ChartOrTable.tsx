import Box from "@mui/material/Box";
import Skeleton from "@mui/material/Skeleton";
import { type ComponentProps, lazy, Suspense } from "react";
import { formatDate, formatNumber } from "../i18n/format";
import type { ChartLine } from "./LineChart";
import { VisuallyHidden } from "./VisuallyHidden";

// The chart library is a third of the app's code; the figures do not wait for it.
const LineChart = lazy(() => import("./LineChart"));

interface Props extends ComponentProps<typeof LineChart> {
  /** The header of the table's column of days. */
  first: string;
  /** The name of the table; shown under a chart of one day. */
  caption: string;
  height: number | string;
  /** Whether to show the table instead of the chart. */
  numbers: boolean;
}

/** Lines over time as a chart or as a table; assistive technology always gets the table. */
export function ChartOrTable({ first, caption, height, numbers, ...chart }: Props) {
  const table = <Numbers times={chart.times} lines={chart.lines} first={first} caption={caption} />;
  return (
    <Box component="figure" sx={{ m: 0 }}>
      {numbers ? (
        <Box tabIndex={0} role="region" aria-label={caption} sx={{ maxHeight: height, overflowY: "auto" }}>
          {table}
        </Box>
      ) : (
        <>
          <Box aria-hidden sx={{ height }}>
            <Suspense fallback={<Skeleton variant="rounded" height={height} />}>
              <LineChart {...chart} />
            </Suspense>
          </Box>
          <Box sx={{ position: "relative" }}>
            <VisuallyHidden as="div">{table}</VisuallyHidden>
          </Box>
        </>
      )}
      {chart.times.length === 1 && (
        <Box
          component="figcaption"
          sx={{ mt: 1, fontSize: "0.75rem", color: "text.secondary", maxWidth: "72ch" }}
        >
          {caption}
        </Box>
      )}
    </Box>
  );
}

interface NumbersProps {
  times: string[];
  lines: ChartLine[];
  first: string;
  caption: string;
}

/** The chart's numbers, newest first. */
function Numbers({ times, lines, first, caption }: NumbersProps) {
  const newestFirst = times.map((time, n) => ({ time, n })).reverse();
  return (
    <Box
      component="table"
      aria-label={caption}
      sx={(theme) => ({
        width: "100%",
        borderCollapse: "collapse",
        fontSize: "0.8125rem",
        "& th, & td": {
          textAlign: "right",
          py: 0.75,
          px: 1,
          fontWeight: 400,
          borderBottom: `1px solid ${theme.vars.palette.divider}`,
        },
        "& th:first-of-type": { textAlign: "left" },
        "& thead th": {
          position: "sticky",
          top: 0,
          bgcolor: theme.vars.palette.background.default,
          color: theme.vars.palette.text.secondary,
          fontWeight: 500,
        },
      })}
    >
      <thead>
        <tr>
          <th scope="col">{first}</th>
          {lines.map(({ key, label }) => (
            <th key={key} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {newestFirst.map(({ time, n }) => (
          <tr key={time}>
            <th scope="row">{formatDate(time)}</th>
            {lines.map(({ key, values }) => (
              <td key={key}>{formatNumber(values[n])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </Box>
  );
}
