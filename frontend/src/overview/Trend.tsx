import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import type { TrendDay } from "../bridge/models";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { ChartOrTable } from "../parts/ChartOrTable";
import type { ChartLine } from "../parts/LineChart";

// Taller in a taller window, so that no space is left empty.
const height = "clamp(208px, 24vh, 400px)";

type Measure = "seats" | "clients";

function linesOf(measure: Measure, trend: TrendDay[]): ChartLine[] {
  const line = (
    key: string,
    label: string,
    main: boolean,
    value: (day: TrendDay) => number | null,
  ): ChartLine => ({
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
            {t(numbers ? "parts.chart.asChart" : "parts.chart.asTable")}
          </Button>
        )}
      </Box>
      {none !== undefined ? (
        <Typography variant="body2" color="textSecondary">
          {none}
        </Typography>
      ) : (
        <ChartOrTable
          times={trend.map(({ day }) => day)}
          lines={linesOf(measure, trend)}
          first={t("overview.trend.day")}
          caption={captionOf(measure, trend)}
          height={height}
          numbers={numbers}
        />
      )}
    </Box>
  );
}
