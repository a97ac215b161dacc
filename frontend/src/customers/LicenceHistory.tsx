import Button from "@mui/material/Button";
import { useState } from "react";
import { t } from "../i18n/i18n";
import { ChartOrTable } from "../parts/ChartOrTable";
import { Section } from "../parts/Section";
import type { LicencePoint } from "./licencePoints";

const known = ({ active, purchased }: LicencePoint) => active !== null || purchased !== null;

const same = (a: LicencePoint, b: LicencePoint) => a.active === b.active && a.purchased === b.purchased;

/** The licences of a customer over time as a chart or a table; nothing where the product has sent none. */
export function LicenceHistory({ points }: { points: LicencePoint[] }) {
  const [numbers, setNumbers] = useState(false);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || !points.some(known)) return null;
  if (points.every((point) => same(point, first))) {
    return (
      <Section
        title={t("customers.licences.title")}
        text={t("customers.licences.same", { since: first.time })}
      />
    );
  }
  const line = (key: "active" | "purchased") => ({
    key,
    label: t(`customers.licences.${key}`),
    values: points.map((point) => point[key]),
    main: key === "active",
  });
  return (
    <Section
      title={t("customers.licences.title")}
      action={
        <Button variant="text" size="small" onClick={() => setNumbers(!numbers)}>
          {t(numbers ? "parts.chart.asChart" : "parts.chart.asTable")}
        </Button>
      }
    >
      <ChartOrTable
        steps
        times={points.map(({ time }) => time)}
        lines={[line("active"), line("purchased")]}
        first={t("customers.licences.day")}
        caption={t("customers.licences.caption", { from: first.time, to: last.time })}
        height={180}
        numbers={numbers}
      />
    </Section>
  );
}
