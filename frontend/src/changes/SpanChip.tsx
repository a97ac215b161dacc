import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Divider from "@mui/material/Divider";
import FormHelperText from "@mui/material/FormHelperText";
import MenuItem from "@mui/material/MenuItem";
import MenuList from "@mui/material/MenuList";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { type FormEvent, useId, useState } from "react";
import { t } from "../i18n/i18n";
import { FilterDialog } from "../parts/FilterDialog";
import { isDay, sinceLabel, spans } from "./filters";

/** A span of time; undefined for an open end. */
interface Span {
  since: string | undefined;
  until: string | undefined;
}

interface Props extends Span {
  /** The two ends as text. */
  sinceText: string | undefined;
  untilText: string | undefined;
  onChange: (span: Span) => void;
}

const open: Span = { since: undefined, until: undefined };

/** The filter by time: since a known moment, or from one day to another. */
export function SpanChip({ since, until, sinceText, untilText, onChange }: Props) {
  const [label, chosen] = chipOf(sinceText, untilText);
  return (
    <FilterDialog label={label} chosen={chosen} width={300} onClear={() => onChange(open)}>
      {(close) => {
        const choose = (span: Span) => {
          close();
          onChange(span);
        };
        return (
          <>
            <MenuList autoFocusItem dense disablePadding aria-label={t("changes.span.since")}>
              {spans.map((from) => (
                <MenuItem
                  key={from}
                  selected={from === since && until === undefined}
                  onClick={() => choose({ since: from, until: undefined })}
                >
                  {`${t("changes.span.since")} ${sinceLabel(from)}`}
                </MenuItem>
              ))}
            </MenuList>
            <Divider sx={{ my: 1.5 }} />
            <OwnSpan since={since} until={until} onChoose={choose} />
          </>
        );
      }}
    </FilterDialog>
  );
}

/** The name of the chip and what follows it. */
function chipOf(since: string | undefined, until: string | undefined): [string, string | undefined] {
  if (since && until) return [t("changes.span.chip"), t("changes.span.to", { since, until })];
  if (until) return [t("changes.span.until"), until];
  return since ? [t("changes.span.since"), since] : [t("changes.span.chip"), undefined];
}

const dayOr = (value: string | undefined) => (value && isDay(value) ? value : "");

function OwnSpan({ since, until, onChoose }: Span & { onChoose: (span: Span) => void }) {
  const [from, setFrom] = useState(dayOr(since));
  const [through, setThrough] = useState(dayOr(until));
  const [wrong, setWrong] = useState("");
  const errorId = useId();
  const titleId = useId();
  const apply = (event: FormEvent) => {
    event.preventDefault();
    const [first, last] = [from.trim(), through.trim()];
    if ([first, last].some((day) => day !== "" && !isDay(day))) return setWrong(t("changes.span.wrong"));
    if (first !== "" && last !== "" && first > last) return setWrong(t("changes.span.order"));
    return onChoose({ since: first || undefined, until: last || undefined });
  };
  const field = (label: string, value: string, set: (text: string) => void) => (
    <TextField
      label={label}
      value={value}
      placeholder={t("changes.span.format")}
      error={wrong !== ""}
      onChange={(event) => {
        setWrong("");
        set(event.target.value.slice(0, 10));
      }}
      slotProps={{
        htmlInput: { autoComplete: "off", ...(wrong && { "aria-describedby": errorId }) },
        inputLabel: { shrink: true },
      }}
    />
  );
  return (
    <Box component="form" noValidate aria-labelledby={titleId} onSubmit={apply}>
      <Typography id={titleId} variant="body2" sx={{ mb: 1.5 }}>
        {t("changes.span.own")}
      </Typography>
      <Box sx={{ display: "flex", gap: 1 }}>
        {field(t("changes.span.from"), from, setFrom)}
        {field(t("changes.span.through"), through, setThrough)}
      </Box>
      {wrong && (
        <FormHelperText id={errorId} error role="alert" sx={{ mx: 0 }}>
          {wrong}
        </FormHelperText>
      )}
      <Box sx={{ display: "flex", justifyContent: "flex-end", gap: 1, mt: 1.5 }}>
        <Button variant="text" onClick={() => onChoose(open)}>
          {t("parts.filter.any")}
        </Button>
        <Button type="submit" variant="contained">
          {t("changes.span.apply")}
        </Button>
      </Box>
    </Box>
  );
}
