import { LineChart as MuiLineChart } from "@mui/x-charts/LineChart";
import { dayIn, formatDate, formatNumber, formatShortDay } from "../i18n/format";

export interface ChartLine {
  key: string;
  label: string;
  /** The figure at each time; null leaves a gap. */
  values: (number | null)[];
  /** The main line has the accent colour; others are grey. */
  main: boolean;
}

interface Props {
  /** Days, or moments in RFC 3339, ascending. */
  times: string[];
  lines: ChartLine[];
  /** Whether each figure holds until the next one, rather than moving towards it. */
  steps?: boolean | undefined;
}

const isDay = (time: string) => time.length === 10;

/** The range of the axis, from zero, so that the height of a line is in proportion, with room above it. */
export function range(lines: ChartLine[]): { min: number; max: number } {
  const all = lines.flatMap((line) => line.values).filter((value) => value !== null);
  const high = Math.max(0, ...all);
  return { min: 0, max: high + Math.max(1, Math.ceil(high * 0.1)) };
}

/**
 * Lines over time, with the height of the parent. Hidden from assistive technology, which has the caption and the table.
 */
export default function LineChart({ times, lines, steps = false }: Props) {
  const single = times.length < 2;
  const days = times.every(isDay);
  const dayOf = (at: Date) => (days ? at.toISOString().slice(0, 10) : dayIn(undefined, at));
  return (
    <MuiLineChart
      disableKeyboardNavigation
      skipAnimation
      hideLegend={lines.length < 2}
      margin={{ left: 0, right: 32, top: 8, bottom: 0 }}
      grid={{ horizontal: true }}
      xAxis={[
        {
          data: times.map((time) => new Date(time)),
          scaleType: single ? "point" : "time",
          tickNumber: 6,
          valueFormatter: (at: Date, { location }: { location: string }) => {
            const day = dayOf(at);
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
        curve: steps ? "stepAfter" : "linear",
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
