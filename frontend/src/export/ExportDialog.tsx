import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import FormLabel from "@mui/material/FormLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import Switch from "@mui/material/Switch";
import { useId, useState } from "react";
import { t } from "../i18n/i18n";
import { FormDialog } from "../parts/FormDialog";
import { useSession } from "../session/session";
import { RunningExport, SavedExport } from "./ExportSteps";
import { type Choice, type ListExport, useExport } from "./useExport";

interface Props {
  of: ListExport;
  onClose: () => void;
}

const formats = ["csv", "xlsx", "ndjson"] as const;

/** Chooses how a list is exported, then shows how far it is, and where the file is. */
export function ExportDialog({ of, onClose }: Props) {
  const { step, start, cancel } = useExport(of);
  const { grant } = useSession();
  const [choice, setChoice] = useState<Choice>({ format: "csv", allColumns: false, withClients: false });
  const set = (change: Partial<Choice>) => setChoice((before) => ({ ...before, ...change }));
  const list = t(`exports.list.${of.list}`);
  if (step.at === "running") return <RunningExport list={list} step={step} onCancel={cancel} />;
  if (step.at === "done") return <SavedExport exported={step.exported} onClose={onClose} />;
  return (
    <FormDialog
      open
      title={t("exports.title", { list })}
      submitLabel={t("exports.submit")}
      problem={step.problem}
      onClose={onClose}
      onSubmit={() => void start(choice)}
    >
      <div>{whatText(of, choice, grant.scope.level === "mssp" ? grant.mssp : null)}</div>
      <Choices
        label={t("exports.format.label")}
        value={choice.format}
        options={formats.map((format) => ({ value: format, label: t(`exports.format.${format}`) }))}
        onChange={(format) => set({ format })}
      />
      {of.list === "msps" && (
        <Nested on={choice.withClients} onChange={(withClients) => set({ withClients })} />
      )}
      {!choice.withClients && (
        <Choices
          label={t("exports.columns.label")}
          value={choice.allColumns ? "all" : "list"}
          options={[
            { value: "list", label: t("exports.columns.list", { count: of.columns.length }) },
            { value: "all", label: t("exports.columns.all") },
          ]}
          onChange={(value) => set({ allColumns: value === "all" })}
        />
      )}
    </FormDialog>
  );
}

/**
 * What is exported, in words: 213 clients, filtered by Status Active, sorted by Name. The whole list of an MSSP's MSPs
 * with their clients has the clients directly under the MSSP, too. mssp is null for other viewers.
 */
function whatText(of: ListExport, { withClients }: Choice, mssp: string | null): string {
  const whole = mssp !== null && !of.chosen && of.filterText === undefined;
  const field = of.sort.split(",")[0] ?? "";
  const column = of.offered.find((one) => one.field === field.replace(/^-/, ""))?.name ?? field;
  return t("exports.what", {
    count: t(`exports.${of.chosen ? "selected" : "count"}.${of.list}`, { count: of.total ?? 0 }),
    nested: withClients ? t(whole ? "exports.withAllClients" : "exports.withClients", { mssp }) : "",
    filter: of.filterText === undefined ? "" : t("exports.filtered", { filter: of.filterText }),
    sort: t(`exports.sorted.${field.startsWith("-") ? "down" : "up"}`, { column }),
  });
}

interface ChoicesProps<Value extends string> {
  label: string;
  value: Value;
  options: { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

function Choices<Value extends string>({ label, value, options, onChange }: ChoicesProps<Value>) {
  const id = useId();
  return (
    <FormControl>
      <FormLabel id={id}>{label}</FormLabel>
      <RadioGroup aria-labelledby={id} value={value} onChange={(_, next) => onChange(next as Value)}>
        {options.map((option) => (
          <FormControlLabel
            key={option.value}
            value={option.value}
            label={option.label}
            control={<Radio size="small" />}
          />
        ))}
      </RadioGroup>
    </FormControl>
  );
}

function Nested({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const id = useId();
  return (
    <FormControl>
      <FormControlLabel
        label={t("exports.nested")}
        control={
          <Switch
            checked={on}
            onChange={(_, next) => onChange(next)}
            slotProps={{ input: { "aria-describedby": id } }}
          />
        }
      />
      <FormHelperText id={id} sx={{ mx: 0 }}>
        {t("exports.nestedText")}
      </FormHelperText>
    </FormControl>
  );
}
