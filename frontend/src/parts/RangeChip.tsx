import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import TextField from "@mui/material/TextField";
import { type RefObject, useId, useRef, useState } from "react";
import { formatRange, type NumberRange, parseRange } from "../bridge/range";
import { t } from "../i18n/i18n";
import { FilterDialog } from "./FilterDialog";
import { focusField } from "./focusField";

const unknown = "unknown";

/** Normalises a range filter: a range in the API's format, or "unknown" where that is allowed; undefined for others. */
export function parseRangeFilter(text: string, withUnknown: boolean): string | undefined {
  if (text === unknown) return withUnknown ? text : undefined;
  const range = parseRange(text);
  return range && formatRange(range);
}

/** The label of a range filter: "from 5", "5 to 10", "unknown". */
export function rangeLabel(value: string): string {
  if (value === unknown) return t("parts.filter.range.isUnknown");
  const { from, to } = parseRange(value) ?? { from: null, to: null };
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
  onChange: (value: string | undefined) => void;
}

/** A filter by a number, as a chip that opens a form: from, to, or unknown. */
export function RangeChip({ label, value, withUnknown, onChange }: Props) {
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
function parseEnds(low: string, high: string): { range: NumberRange | undefined } | { wrong: string } {
  const [from, to] = [low.trim(), high.trim()];
  if (from === "" && to === "") return { range: undefined };
  const [one, other] = [parseRange(`${from}..`), parseRange(`..${to}`)];
  if ((from !== "" && !one) || (to !== "" && !other)) return { wrong: t("parts.filter.range.numbers") };
  const range = parseRange(`${from}..${to}`);
  return range ? { range } : { wrong: t("parts.filter.range.order") };
}

interface FormProps extends Pick<Props, "value" | "withUnknown"> {
  onChoose: (value: string | undefined) => void;
  /** The field to focus. */
  first: RefObject<HTMLInputElement | null>;
}

function RangeForm({ value, withUnknown, onChoose, first }: FormProps) {
  const known = value === undefined ? undefined : parseRange(value);
  const [low, setLow] = useState(known?.from?.toString() ?? "");
  const [high, setHigh] = useState(known?.to?.toString() ?? "");
  const [isUnknown, setUnknown] = useState(value === unknown);
  const [wrong, setWrong] = useState("");
  const errorId = useId();
  const apply = () => {
    if (isUnknown) return onChoose(unknown);
    const typed = parseEnds(low, high);
    if ("wrong" in typed) return setWrong(typed.wrong);
    return onChoose(typed.range && formatRange(typed.range));
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
          inputMode: "numeric",
          autoComplete: "off",
          ...(wrong && { "aria-describedby": errorId }),
        },
      }}
    />
  );
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Box sx={{ display: "flex", gap: 1 }}>
        {field(t("parts.filter.range.from"), low, setLow, true)}
        {field(t("parts.filter.range.to"), high, setHigh)}
      </Box>
      {wrong && (
        <FormHelperText id={errorId} error role="alert" sx={{ mx: 0 }}>
          {wrong}
        </FormHelperText>
      )}
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
          sx={{ mt: 1 }}
        />
      )}
      <Box sx={{ display: "flex", justifyContent: "flex-end", gap: 1, mt: 1.5 }}>
        <Button variant="text" onClick={() => onChoose(undefined)}>
          {t("parts.filter.any")}
        </Button>
        <Button type="submit" variant="contained">
          {t("parts.filter.range.apply")}
        </Button>
      </Box>
    </Box>
  );
}
