import TextField from "@mui/material/TextField";
import { type RefObject, useId, useRef, useState } from "react";
import { escapeText, parseFilter, type Term, writeFilter, writeText } from "../bridge/filterValue";
import { formatAlternatives } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterDialog } from "./FilterDialog";
import { FilterForm } from "./FilterForm";
import { focusField } from "./focusField";

type How = "contains" | "begins" | "is" | "empty";
const hows: How[] = ["contains", "begins", "is", "empty"];

/** How a value of a text filter compares, and with what. */
function partsOf(term: Term, withEmpty: boolean): { how: How; text: string } {
  if (term.literal) return { how: "contains", text: term.text };
  if (withEmpty && term.text === "none") return { how: "empty", text: "" };
  if (term.text.startsWith("^")) return { how: "begins", text: term.text.slice(1) };
  if (term.text.startsWith("=")) return { how: "is", text: term.text.slice(1) };
  return { how: "contains", text: term.text };
}

const write = (how: How, text: string): string => {
  if (how === "empty") return "none";
  if (how === "contains") return writeText(text);
  return `${how === "begins" ? "^" : "="}${escapeText(text)}`;
};

/** A text filter that the API accepts; undefined for others. */
export function parseTextFilter(text: string, withEmpty: boolean): string | undefined {
  const terms = parseFilter(text)?.terms;
  if (
    !terms ||
    terms.some((term) => partsOf(term, withEmpty).how !== "empty" && partsOf(term, withEmpty).text === "")
  )
    return undefined;
  return text;
}

/** The label of a text filter: "contains “bakery”", "does not begin with “A”", "is empty". */
export function textLabel(value: string, withEmpty: boolean): string {
  const { negated, terms } = parseFilter(value) ?? { negated: false, terms: [] };
  const labels = terms.map((term) => {
    const { how, text } = partsOf(term, withEmpty);
    return t(`parts.filter.text.${negated ? "not" : "label"}.${how}`, { text });
  });
  return formatAlternatives(labels);
}

interface Props {
  label: string;
  value: string | undefined;
  /** Whether the column may be empty. */
  withEmpty: boolean;
  onChange: (value: string | undefined) => void;
}

/** A filter by a text, as a chip that opens a form: contains, begins with, is or is empty, and the opposites. */
export function TextChip({ label, value, withEmpty, onChange }: Props) {
  const first = useRef<HTMLInputElement>(null);
  return (
    <FilterDialog
      label={label}
      chosen={value && textLabel(value, withEmpty)}
      width={320}
      onClear={() => onChange(undefined)}
      onEntered={() => focusField(first.current)}
    >
      {(close) => (
        <TextForm
          label={label}
          value={value}
          withEmpty={withEmpty}
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

interface FormProps extends Pick<Props, "label" | "value" | "withEmpty"> {
  onChoose: (value: string | undefined) => void;
  /** The field to focus. */
  first: RefObject<HTMLInputElement | null>;
}

function TextForm({ label, value, withEmpty, onChoose, first }: FormProps) {
  const filter = value === undefined ? undefined : parseFilter(value);
  const known = filter?.terms[0] ? partsOf(filter.terms[0], withEmpty) : undefined;
  const [how, setHow] = useState<string>(`${filter?.negated ? "not" : "label"} ${known?.how ?? "contains"}`);
  const [text, setText] = useState(known?.text ?? "");
  const [wrong, setWrong] = useState("");
  const errorId = useId();
  const [negation, comparison] = how.split(" ") as ["label" | "not", How];
  const apply = () => {
    if (comparison !== "empty" && text.trim() === "") return setWrong(t("parts.filter.text.missing"));
    return onChoose(writeFilter([write(comparison, text.trim())], negation === "not"));
  };
  const options = hows.filter((one) => withEmpty || one !== "empty");
  return (
    <FilterForm wrong={wrong} errorId={errorId} onApply={apply} onAny={() => onChoose(undefined)}>
      <TextField
        select
        fullWidth
        label={label}
        value={how}
        onChange={(event) => {
          setWrong("");
          setHow(event.target.value);
        }}
        slotProps={{ select: { native: true } }}
        sx={{ mb: 1.5 }}
      >
        {(["label", "not"] as const).flatMap((kind) =>
          options.map((one) => (
            <option key={`${kind} ${one}`} value={`${kind} ${one}`}>
              {t(`parts.filter.text.how.${kind}.${one}`)}
            </option>
          )),
        )}
      </TextField>
      <TextField
        fullWidth
        label={t("parts.filter.text.field")}
        value={text}
        inputRef={first}
        disabled={comparison === "empty"}
        error={wrong !== ""}
        onChange={(event) => {
          setWrong("");
          setText(event.target.value.slice(0, 100));
        }}
        slotProps={{
          htmlInput: {
            autoComplete: "off",
            spellCheck: false,
            ...(wrong && { "aria-describedby": errorId }),
          },
        }}
      />
    </FilterForm>
  );
}
