import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import { type RefObject, useId, useRef, useState } from "react";
import { formatDays, parseDays, parseFilter, writeFilter } from "../bridge/filterValue";
import { formatAlternatives, formatDate, formatDayRange } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterDialog } from "./FilterDialog";
import { FilterForm } from "./FilterForm";
import { focusField } from "./focusField";
import { NotBox } from "./NotBox";

/** What a column of days can be filtered by besides days. */
export interface DaysKind {
  /** Values such as "30d" and "expired" that are offered, with their labels. */
  more: string[];
  labelOf: (value: string) => string;
  /** Whether the text is a value besides days. */
  accepts: (value: string) => boolean;
}

/** A filter by days that the API accepts; undefined for others. */
export function parseDaysFilter(text: string, { accepts }: DaysKind): string | undefined {
  const terms = parseFilter(text)?.terms;
  return terms?.every((term) => accepts(term.text) || parseDays(term.text)) ? text : undefined;
}

/** The label of one value: "1–31 Dec 2026", "from 1 Dec 2026", "within 30 days". */
function labelOf(text: string, kind: DaysKind): string {
  if (kind.accepts(text)) return kind.labelOf(text);
  const { from, to } = parseDays(text) ?? { from: null, to: null };
  if (from === null) return t("parts.filter.days.until", { day: formatDate(to) });
  return to === null ? t("parts.filter.days.from", { day: formatDate(from) }) : formatDayRange(from, to);
}

/** The label of a filter by days. */
export function daysLabel(value: string, kind: DaysKind): string {
  const { negated, terms } = parseFilter(value) ?? { negated: false, terms: [] };
  const text = formatAlternatives(terms.map((term) => labelOf(term.text, kind)));
  return negated ? t("parts.filter.not", { text }) : text;
}

interface Props {
  label: string;
  value: string | undefined;
  kind: DaysKind;
  whole?: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A filter by days, as a chip that opens a form: from, to, or one of further values such as "within 30 days". */
export function DaysChip({ label, value, kind, whole, onChange }: Props) {
  const first = useRef<HTMLInputElement>(null);
  return (
    <FilterDialog
      label={label}
      chosen={value && daysLabel(value, kind)}
      whole={whole}
      width={340}
      onClear={() => onChange(undefined)}
      onEntered={() => focusField(first.current)}
    >
      {(close) => (
        <DaysForm
          label={label}
          value={value}
          kind={kind}
          onChoose={(next) => {
            close();
            onChange(next);
          }}
          first={first}
        />
      )}
    </FilterDialog>
  );
}

interface FormProps extends Pick<Props, "label" | "value" | "kind"> {
  onChoose: (value: string | undefined) => void;
  /** The field to focus. */
  first: RefObject<HTMLInputElement | null>;
}

/** The value of the select field for a range of days. */
const between = "between";

function DaysForm({ label, value, kind, onChoose, first }: FormProps) {
  const filter = value === undefined ? undefined : parseFilter(value);
  const text = filter?.terms[0]?.text;
  const known = text === undefined ? undefined : parseDays(text);
  const [how, setHow] = useState(text !== undefined && kind.accepts(text) ? text : between);
  const [from, setFrom] = useState(known?.from ?? "");
  const [to, setTo] = useState(known?.to ?? "");
  const [negated, setNegated] = useState(filter?.negated ?? false);
  const [wrong, setWrong] = useState("");
  const errorId = useId();
  const apply = () => {
    if (how !== between) return onChoose(writeFilter([how], negated));
    if (from === "" && to === "") return onChoose(undefined);
    const range = parseDays(`${from}..${to}`);
    if (range) return onChoose(writeFilter([formatDays(range)], negated));
    return setWrong(t(from > to && to !== "" ? "parts.filter.days.order" : "parts.filter.days.wrong"));
  };
  const field = (name: string, day: string, setDay: (day: string) => void, isFirst = false) => (
    <TextField
      fullWidth
      type="date"
      label={name}
      value={day}
      {...(isFirst && kind.more.length === 0 && { inputRef: first })}
      error={wrong !== ""}
      onChange={(event) => {
        setWrong("");
        setDay(event.target.value);
      }}
      slotProps={{
        inputLabel: { shrink: true },
        htmlInput: { min: "0001-01-01", max: "9999-12-31", ...(wrong && { "aria-describedby": errorId }) },
      }}
    />
  );
  const more =
    text !== undefined && kind.accepts(text) && !kind.more.includes(text) ? [...kind.more, text] : kind.more;
  return (
    <FilterForm wrong={wrong} errorId={errorId} onApply={apply} onAny={() => onChoose(undefined)}>
      {more.length > 0 && (
        <TextField
          select
          fullWidth
          label={label}
          value={how}
          inputRef={first}
          onChange={(event) => {
            setWrong("");
            setHow(event.target.value);
          }}
          slotProps={{ select: { native: true } }}
          sx={{ mb: 1.5 }}
        >
          <option value={between}>{t("parts.filter.days.between")}</option>
          {more.map((one) => (
            <option key={one} value={one}>
              {kind.labelOf(one)}
            </option>
          ))}
        </TextField>
      )}
      {how === between && (
        <Box sx={{ display: "flex", gap: 1 }}>
          {field(t("parts.filter.range.from"), from, setFrom, true)}
          {field(t("parts.filter.range.to"), to, setTo)}
        </Box>
      )}
      <NotBox checked={negated} onChange={setNegated} />
    </FilterForm>
  );
}
