import { LineChart } from "@mui/x-charts/LineChart";
import { formatDate, formatNumber, formatShortDay } from "../i18n/format";

export interface TrendLine {
  key: string;
  label: string;
  /** Null for a day without a figure, which leaves a gap. */
  values: (number | null)[];
  /** The main line has the accent colour; others are grey. */
  main: boolean;
}

interface Props {
  days: string[];
  lines: TrendLine[];
}

/** The range of the axis, from zero, so that the height of a line is in proportion, with room above it. */
export function range(lines: TrendLine[]): { min: number; max: number } {
  const all = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const high = Math.max(0, ...all);
  return { min: 0, max: high + Math.max(1, Math.ceil(high * 0.1)) };
}

/**
 * Lines over days, with the height of the parent. Hidden from assistive technology, which has the caption and the
 * table.
 */
export default function TrendChart({ days, lines }: Props) {
  const single = days.length < 2;
  return (
    <LineChart
      disableKeyboardNavigation
      skipAnimation
      hideLegend={lines.length < 2}
      margin={{ left: 0, right: 32, top: 8, bottom: 0 }}
      grid={{ horizontal: true }}
      xAxis={[
        {
          data: days.map((day) => new Date(`${day}T00:00:00Z`)),
          scaleType: single ? "point" : "time",
          tickNumber: 6,
          valueFormatter: (at: Date, { location }: { location: string }) => {
            const day = at.toISOString().slice(0, 10);
            return location === "tick" ? formatShortDay(day) : formatDate(day);
          },
          disableTicks: true,
        },
      ]}
      yAxis={[
        {
          ...range(lines),
          width: 56,
          tickMinStep: 1,
          tickNumber: 5,
          valueFormatter: (value: number) => formatNumber(value),
          disableLine: true,
          disableTicks: true,
        },
      ]}
      series={lines.map(({ key, label, values, main }) => ({
        id: key,
        label,
        data: values,
        showMark: single,
        curve: "linear",
        color: main ? "var(--mui-palette-primary-main)" : "var(--mui-palette-text-secondary)",
        valueFormatter: (value: number | null) => formatNumber(value),
      }))}
      sx={(theme) => ({
        "& .MuiLineElement-root": { strokeWidth: 2 },
        "&& .MuiChartsAxis-root .MuiChartsAxis-line": { stroke: theme.vars.palette.divider },
        "&& .MuiChartsAxis-root .MuiChartsAxis-tickLabel": { fill: theme.vars.palette.text.secondary },
      })}
    />
  );
}
