import { useState } from "react";
import type {
  ClientFilter,
  Events,
  Exported,
  ExportFormat,
  ExportOptions,
  MSPFilter,
} from "../bridge/models";
import { getPortal } from "../bridge/portal";
import { type Problem, toProblem } from "../bridge/problem";
import type { ChosenRows } from "../parts/useSelection";

/** What is exported of a list, as the screen shows it. */
export type ListExport = ({ list: "clients"; filter: ClientFilter } | { list: "msps"; filter: MSPFilter }) & {
  sort: string;
  /** The columns of the table, as the user chose them. */
  columns: { field: string; name: string }[];
  /** All columns that the table offers. */
  offered: { field: string; name: string }[];
  /** How many rows are exported. */
  total: number | null;
  /** The selected rows; undefined for the whole list. */
  chosen?: ChosenRows | undefined;
  /** The filter as a sentence; undefined for none. */
  filterText: string | undefined;
  dataAsOf: string | null;
};

/** What the user chooses. */
export interface Choice {
  format: ExportFormat;
  allColumns: boolean;
  /** MSPs only. */
  withClients: boolean;
}

export type Progress = Events["export:progress"];

export type Step =
  | { at: "choose"; problem: Problem | null }
  | { at: "running"; progress: Progress | null; cancelling: boolean }
  | { at: "done"; exported: Exported };

function run(of: ListExport, { format, allColumns, withClients }: Choice): Promise<Exported> {
  const portal = getPortal();
  const nested = of.list === "msps" && withClients;
  const columns = allColumns || nested ? [] : of.columns.map(({ field }) => field);
  const options: ExportOptions = { format, columns, ...of.chosen };
  const query = { ...of.filter, sort: of.sort };
  if (of.list === "clients") return portal.exportClients(query, options, of.dataAsOf);
  return portal.exportMSPs(query, { ...options, withClients }, of.dataAsOf);
}

/** One export from the choice to the saved file. A cancelled one returns to the choice. */
export function useExport(of: ListExport) {
  const [step, setStep] = useState<Step>({ at: "choose", problem: null });
  const show = (progress: Progress) =>
    setStep((before) => (before.at === "running" ? { ...before, progress } : before));
  const start = async (choice: Choice) => {
    setStep({ at: "running", progress: null, cancelling: false });
    const unsubscribe = getPortal().on("export:progress", show);
    try {
      setStep({ at: "done", exported: await run(of, choice) });
    } catch (rejection) {
      const problem = toProblem(rejection);
      setStep({ at: "choose", problem: problem.code === "cancelled" ? null : problem });
    } finally {
      unsubscribe();
    }
  };
  const cancel = () => {
    setStep((before) => (before.at === "running" ? { ...before, cancelling: true } : before));
    // The export itself then rejects with "cancelled".
    void getPortal().cancelExport();
  };
  return { step, start, cancel };
}
