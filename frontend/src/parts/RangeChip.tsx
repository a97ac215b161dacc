import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import TextField from "@mui/material/TextField";
import { type RefObject, useId, useRef, useState } from "react";
import { parseFilter, writeFilter } from "../bridge/filterValue";
import { formatRange, type NumberRange, parseRange } from "../bridge/range";
import { formatAlternatives } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterDialog } from "./FilterDialog";
import { FilterForm } from "./FilterForm";
import { focusField } from "./focusField";
import { NotBox } from "./NotBox";

const unknown = "unknown";

const isUnknownText = (text: string) => text === unknown || text === "none";

/** Normalises a range filter: ranges in the API's format, or "unknown" where that is allowed; undefined for others. */
export function parseRangeFilter(text: string, withUnknown: boolean, signed = false): string | undefined {
  const filter = parseFilter(text);
  const values = filter?.terms.map((term) => {
    if (isUnknownText(term.text)) return withUnknown ? unknown : undefined;
    const range = parseRange(term.text, signed);
    return range && formatRange(range);
  });
  if (!filter || !values || values.includes(undefined)) return undefined;
  return writeFilter(values as string[], filter.negated);
}

/** The label of a range filter: "from 5", "5 to 10", "unknown", "is not 7". */
export function rangeLabel(value: string): string {
  const { negated, terms } = parseFilter(value) ?? { negated: false, terms: [] };
  const text = formatAlternatives(terms.map((term) => labelOf(term.text)));
  return negated ? t("parts.filter.not", { text }) : text;
}

function labelOf(value: string): string {
  if (isUnknownText(value)) return t("parts.filter.range.isUnknown");
  const { from, to } = parseRange(value, true) ?? { from: null, to: null };
  if (from === to) return t("parts.filter.range.exactly", { from });
  if (from === null) return t("parts.filter.range.atMost", { to });
  return to === null
    ? t("parts.filter.range.atLeast", { from })
    : t("parts.filter.range.between", { from, to });
}

interface Props {
  /** The filter's name, first in the chip: "Purchased licences". */
  label: string;
  /** A range or "unknown"; undefined for any. */
  value: string | undefined;
  /** Whether "unknown" can be chosen. */
  withUnknown: boolean;
  /** Whether the number may be negative. */
  signed?: boolean;
  onChange: (value: string | undefined) => void;
}

/** A filter by a number, as a chip that opens a form: from, to, or unknown. */
export function RangeChip({ label, value, withUnknown, signed = false, onChange }: Props) {
  const first = useRef<HTMLInputElement>(null);
  return (
    <FilterDialog
      label={label}
      chosen={value && rangeLabel(value)}
      width={280}
      onClear={() => onChange(undefined)}
      onEntered={() => focusField(first.current)}
    >
      {(close) => (
        <RangeForm
          value={value}
          withUnknown={withUnknown}
          signed={signed}
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

/** Parses the two typed ends: a range, undefined for any, or an error text. */
function parseEnds(
  low: string,
  high: string,
  signed: boolean,
): { range: NumberRange | undefined } | { wrong: string } {
  const [from, to] = [low.trim(), high.trim()];
  if (from === "" && to === "") return { range: undefined };
  const [one, other] = [parseRange(`${from}..`, signed), parseRange(`..${to}`, signed)];
  if ((from !== "" && !one) || (to !== "" && !other)) return { wrong: t("parts.filter.range.numbers") };
  const range = parseRange(`${from}..${to}`, signed);
  return range ? { range } : { wrong: t("parts.filter.range.order") };
}

interface FormProps extends Pick<Props, "value" | "withUnknown"> {
  signed: boolean;
  onChoose: (value: string | undefined) => void;
  /** The field to focus. */
  first: RefObject<HTMLInputElement | null>;
}

function RangeForm({ value, withUnknown, signed, onChoose, first }: FormProps) {
  const filter = value === undefined ? undefined : parseFilter(value);
  const text = filter?.terms[0]?.text;
  const known = text === undefined ? undefined : parseRange(text, signed);
  const [low, setLow] = useState(known?.from?.toString() ?? "");
  const [high, setHigh] = useState(known?.to?.toString() ?? "");
  const [isUnknown, setUnknown] = useState(text === unknown);
  const [negated, setNegated] = useState(filter?.negated ?? false);
  const [wrong, setWrong] = useState("");
  const errorId = useId();
  const apply = () => {
    if (isUnknown) return onChoose(writeFilter([unknown], negated));
    const typed = parseEnds(low, high, signed);
    if ("wrong" in typed) return setWrong(typed.wrong);
    return onChoose(typed.range && writeFilter([formatRange(typed.range)], negated));
  };
  const field = (label: string, text: string, setText: (text: string) => void, isFirst = false) => (
    <TextField
      label={label}
      value={text}
      {...(isFirst && !isUnknown && { inputRef: first })}
      disabled={isUnknown}
      error={wrong !== ""}
      onChange={(event) => {
        setWrong("");
        setText(event.target.value.slice(0, 16));
      }}
      slotProps={{
        htmlInput: {
          inputMode: signed ? "text" : "numeric",
          autoComplete: "off",
          ...(wrong && { "aria-describedby": errorId }),
        },
      }}
    />
  );
  return (
    <FilterForm wrong={wrong} errorId={errorId} onApply={apply} onAny={() => onChoose(undefined)}>
      <Box sx={{ display: "flex", gap: 1 }}>
        {field(t("parts.filter.range.from"), low, setLow, true)}
        {field(t("parts.filter.range.to"), high, setHigh)}
      </Box>
      {withUnknown && (
        <FormControlLabel
          control={
            <Checkbox
              size="small"
              checked={isUnknown}
              {...(isUnknown && { slotProps: { input: { ref: first } } })}
              onChange={(event) => {
                setWrong("");
                setUnknown(event.target.checked);
              }}
            />
          }
          label={t("parts.filter.range.unknown")}
          slotProps={{ typography: { variant: "body2" } }}
          sx={{ mt: 1, display: "flex" }}
        />
      )}
      <NotBox checked={negated} onChange={setNegated} />
    </FilterForm>
  );
}
