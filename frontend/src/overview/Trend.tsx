import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Skeleton from "@mui/material/Skeleton";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { lazy, Suspense, useId, useState } from "react";
import type { TrendDay } from "../bridge/models";
import { formatDate, formatList, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { VisuallyHidden } from "../parts/VisuallyHidden";
import type { TrendLine } from "./TrendChart";

// The chart library is a third of the app's code; the figures do not wait for it.
const TrendChart = lazy(() => import("./TrendChart"));

// Taller in a taller window, so that no space is left empty.
const height = "clamp(208px, 24vh, 400px)";

type Measure = "seats" | "clients";

function linesOf(measure: Measure, trend: TrendDay[]): TrendLine[] {
  const line = (
    key: string,
    label: string,
    main: boolean,
    value: (day: TrendDay) => number | null,
  ): TrendLine => ({
    key,
    label,
    main,
    values: trend.map(value),
  });
  if (measure === "clients") {
    return [line("clients", t("overview.trend.clients"), true, (day) => day.clients)];
  }
  return [
    line("used", t("overview.trend.seatsUsed"), true, (day) => day.seats_used),
    line("total", t("overview.trend.seatsTotal"), false, (day) => day.seats_total),
  ];
}

function captionOf(measure: Measure, trend: TrendDay[]): string {
  const from = trend[0]?.day;
  const to = trend.at(-1)?.day;
  if (trend.length === 1) return t("overview.trend.single", { from });
  return t(measure === "seats" ? "overview.trend.captionSeats" : "overview.trend.captionClients", {
    from,
    to,
  });
}

const measures: Measure[] = ["seats", "clients"];

interface Props {
  trend: TrendDay[];
  /** The names of the connected products. */
  products: string[];
}

/** Why there is no chart; undefined where there is one. */
function whyNone(measure: Measure, trend: TrendDay[], products: string[]): string | undefined {
  if (trend.length === 0) return t("overview.trend.none");
  const sent =
    measure === "clients" || trend.some((day) => day.seats_used !== null || day.seats_total !== null);
  if (sent) return undefined;
  return products.length === 0
    ? t("overview.trend.notSentAny")
    : t("overview.trend.notSent", { products: formatList(products) });
}

/** The trend of licences or of clients, as a chart or as a table. */
export function Trend({ trend, products }: Props) {
  const [measure, setMeasure] = useState<Measure>("seats");
  const [numbers, setNumbers] = useState(false);
  const id = useId();
  const none = whyNone(measure, trend, products);
  return (
    <Box
      component="section"
      aria-labelledby={id}
      sx={(theme) => ({
        p: 2,
        pt: 1.25,
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        minWidth: 0,
      })}
    >
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, mb: 1, minHeight: 32 }}>
        <Typography id={id} variant="h2" sx={{ flex: 1 }}>
          {t("overview.trend.title")}
        </Typography>
        <ToggleButtonGroup
          exclusive
          size="small"
          aria-labelledby={id}
          value={measure}
          onChange={(_, chosen: Measure | null) => chosen && setMeasure(chosen)}
        >
          {measures.map((value) => (
            <ToggleButton key={value} value={value} sx={{ py: 0.25, px: 1.25, textTransform: "none" }}>
              {t(`overview.trend.${value}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        {none === undefined && (
          <Button variant="text" onClick={() => setNumbers(!numbers)} sx={{ mr: -1 }}>
            {t(numbers ? "overview.trend.asChart" : "overview.trend.asTable")}
          </Button>
        )}
      </Box>
      {none !== undefined ? (
        <Typography variant="body2" color="textSecondary">
          {none}
        </Typography>
      ) : (
        <ChartOrTable measure={measure} trend={trend} numbers={numbers} />
      )}
    </Box>
  );
}

function ChartOrTable({
  measure,
  trend,
  numbers,
}: {
  measure: Measure;
  trend: TrendDay[];
  numbers: boolean;
}) {
  const days = trend.map(({ day }) => day);
  const lines = linesOf(measure, trend);
  const caption = captionOf(measure, trend);
  const table = <Numbers days={days} lines={lines} caption={caption} />;
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
              <TrendChart days={days} lines={lines} />
            </Suspense>
          </Box>
          <Box sx={{ position: "relative" }}>
            <VisuallyHidden as="div">{table}</VisuallyHidden>
          </Box>
        </>
      )}
      {trend.length === 1 && (
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
  days: string[];
  lines: TrendLine[];
  caption: string;
}

/** The chart's numbers, newest first. */
function Numbers({ days, lines, caption }: NumbersProps) {
  const newestFirst = days.map((day, n) => ({ day, n })).reverse();
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
          <th scope="col">{t("overview.trend.day")}</th>
          {lines.map(({ key, label }) => (
            <th key={key} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {newestFirst.map(({ day, n }) => (
          <tr key={day}>
            <th scope="row">{formatDate(day)}</th>
            {lines.map(({ key, values }) => (
              <td key={key}>{formatNumber(values[n])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </Box>
  );
}
