import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { Fragment, type ReactNode, useEffect, useRef, useState } from "react";
import { limits } from "../bridge/limits";
import { t } from "../i18n/i18n";
import { ChevronDownIcon, CloseIcon, SearchIcon } from "./icons";
import { PopupMenu } from "./PopupMenu";
import { type BarChip, useSetFirst } from "./useSetFirst";
import { lineHeight, useWrapped } from "./useWrapped";

interface BarProps {
  /** The filters, in their order; those that are set are shown first. */
  chips?: BarChip[];
  /** What precedes the filters. */
  children?: ReactNode;
  /** Called by "Clear filters", which is shown when this is given. */
  onClear?: (() => void) | undefined;
}

/** Room for focus rings, which the one visible line would cut. */
const ring = 3;

/** The buttons behind the chips, in their size. */
const action = { flexShrink: 0, fontSize: "0.8125rem" };

/** One visible line. Clipped and not hidden: a focused chip would scroll what is hidden. */
const oneLine = { maxHeight: lineHeight + 2 * ring, overflow: "clip" };

/** A chip that becomes wider while its menu is open stays where it is. */
const withPopup = {
  "&:has([aria-expanded=true])": { flexWrap: "nowrap", overflow: "clip", "& > *": { flexShrink: 0 } },
};

/**
 * The row above a table: a SearchField, chips, "Clear filters". It stays one line, so that the table does not move: filters
 * without room are behind "More filters", and are shown when the focus reaches one.
 */
export function FilterBar({ chips = [], children, onClear }: BarProps) {
  const [all, setAll] = useState(false);
  const { box, measure, wraps, hidden } = useWrapped();
  const collapsed = wraps && !all;
  const { ordered, onFocus, onBlur } = useSetFirst(chips, {
    box,
    expanded: wraps && all,
    onHiddenFocus: () => setAll(true),
  });
  return (
    <Box sx={{ display: "flex", alignItems: "flex-start", gap: 1, minHeight: 32, mb: 1.5 }}>
      <Box
        ref={box}
        onFocus={(event) => {
          measure();
          onFocus(event);
        }}
        onBlur={onBlur}
        sx={{
          display: "flex",
          alignItems: "center",
          flexWrap: "wrap",
          gap: 1,
          flex: "0 1 auto",
          minWidth: 0,
          p: `${ring}px`,
          m: `-${ring}px`,
          ...(collapsed && oneLine),
          ...(!all && withPopup),
        }}
      >
        {children}
        {ordered.map(({ name, chip }) => (
          <Fragment key={name}>{chip}</Fragment>
        ))}
      </Box>
      {wraps && (
        <Button variant="text" aria-expanded={all} onClick={() => setAll(!all)} sx={action}>
          {all ? t("parts.filter.fewer") : t("parts.filter.more", { count: hidden })}
        </Button>
      )}
      {onClear && (
        <Button variant="text" onClick={onClear} sx={action}>
          {t("parts.actions.clear")}
        </Button>
      )}
    </Box>
  );
}

interface SearchProps {
  /** Placeholder and accessible name: "Search clients". */
  label: string;
  value: string;
  /** Called 200 ms after the last key. */
  onChange: (value: string) => void;
}

/** A search field that calls onChange once the typing pauses. Escape clears it. */
export function SearchField({ label, value, onChange }: SearchProps) {
  const [typed, setTyped] = useState(value);
  const reported = useRef(value);
  useEffect(() => {
    if (value === reported.current) return;
    reported.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (typed.trim() === reported.current) return;
    const timer = setTimeout(() => {
      reported.current = typed.trim();
      onChange(reported.current);
    }, 200);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  const empty = () => {
    reported.current = "";
    setTyped("");
    onChange("");
  };
  return (
    <TextField
      value={typed}
      onChange={(event) => setTyped(event.target.value.slice(0, limits.search))}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || typed === "") return;
        event.preventDefault();
        empty();
      }}
      placeholder={label}
      sx={{ width: { xs: 190, lg: 260 }, "& input": { py: 0.75, fontSize: "0.8125rem" } }}
      slotProps={{
        htmlInput: { "aria-label": label, type: "text", role: "searchbox", spellCheck: false },
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <SearchIcon />
            </InputAdornment>
          ),
          endAdornment: typed && (
            <IconButton
              aria-label={t("parts.filter.clearSearch")}
              onClick={empty}
              sx={{ width: 24, height: 24, mr: -1 }}
            >
              <CloseIcon sx={{ fontSize: 16 }} />
            </IconButton>
          ),
        },
      }}
    />
  );
}

interface FilterOption<Value> {
  value: Value;
  /** Follows the filter's name in the chip: "within 30 days". */
  label: string;
  /** The whole text of the chip where it does not begin with the filter's name: "Expired". */
  whole?: string;
}

interface ChipProps<Value> {
  /** The filter's name, first in the chip: "Expires". */
  label: string;
  /** The chosen option, or undefined for any. */
  value: Value | undefined;
  options: FilterOption<Value>[];
  onChange: (value: Value | undefined) => void;
}

interface ChipBaseProps {
  label: string;
  /** The label of the chosen value; undefined for any. */
  chosen: string | undefined;
  /** The whole text of the chip, if it is not the name and the label. */
  whole?: string | undefined;
  open: boolean;
  /** What a click opens. */
  opens: "menu" | "dialog";
  onOpen: (anchor: HTMLElement) => void;
  onClear: () => void;
}

/** The chip of a filter; the caller shows what a click opens. */
export function FilterChipBase({ label, chosen, whole, open, opens, onOpen, onClear }: ChipBaseProps) {
  return (
    <Chip
      size="medium"
      clickable
      variant={chosen ? "filled" : "outlined"}
      color={chosen ? "primary" : "default"}
      label={whole ?? (chosen ? `${label} ${chosen}` : label)}
      data-chosen={chosen === undefined ? undefined : ""}
      aria-haspopup={opens}
      aria-expanded={open}
      onClick={(event) => onOpen(event.currentTarget)}
      {...(chosen
        ? { onDelete: onClear, deleteIcon: <CloseIcon aria-hidden /> }
        : { onDelete: undefined, icon: <ChevronDownIcon /> })}
    />
  );
}

/** A filter as a chip that reads like a sentence: "Expires within 30 days"; its menu holds the options. */
export function FilterChip<Value extends string | number>({
  label,
  value,
  options,
  onChange,
}: ChipProps<Value>) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const chosen = options.find((option) => option.value === value);
  const choose = (next: Value | undefined) => {
    setAnchor(null);
    onChange(next);
  };
  return (
    <>
      <FilterChipBase
        label={label}
        chosen={chosen?.label}
        whole={chosen?.whole}
        open={anchor !== null}
        opens="menu"
        onOpen={setAnchor}
        onClear={() => choose(undefined)}
      />
      <PopupMenu label={label} anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem selected={!chosen} onClick={() => choose(undefined)}>
          {t("parts.filter.any")}
        </MenuItem>
        {options.map((option) => (
          <MenuItem key={option.value} selected={option.value === value} onClick={() => choose(option.value)}>
            {option.label}
          </MenuItem>
        ))}
      </PopupMenu>
    </>
  );
}
