import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { t } from "../i18n/i18n";
import { ChevronDownIcon, CloseIcon, SearchIcon } from "./icons";

interface BarProps {
  children: ReactNode;
  /** Offered as "Clear filters" when given. */
  onClear?: (() => void) | undefined;
}

/** The row above a table: a SearchField, FilterChips, what clears them. */
export function FilterBar({ children, onClear }: BarProps) {
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 1, flexWrap: "wrap", mb: 1.5 }}>
      {children}
      {onClear && (
        <Button variant="text" onClick={onClear}>
          {t("parts.actions.clear")}
        </Button>
      )}
    </Box>
  );
}

interface SearchProps {
  /** What is searched: "Search clients". Placeholder and accessible name. */
  label: string;
  value: string;
  /** Called 200 ms after the last key. */
  onChange: (value: string) => void;
}

/** A search field that asks once the typing pauses. Escape empties it. */
export function SearchField({ label, value, onChange }: SearchProps) {
  const [typed, setTyped] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (typed.trim() === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed.trim();
      onChange(told.current);
    }, 200);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  const empty = () => {
    told.current = "";
    setTyped("");
    onChange("");
  };
  return (
    <TextField
      value={typed}
      onChange={(event) => setTyped(event.target.value.slice(0, 100))}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || typed === "") return;
        event.preventDefault();
        empty();
      }}
      placeholder={label}
      sx={{ width: 260, "& input": { py: 0.75, fontSize: "0.8125rem" } }}
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

export interface FilterOption<Value> {
  value: Value;
  /** Reads on in the chip after the filter's name: "within 30 days". */
  label: string;
}

interface ChipProps<Value> {
  /** The filter's name, first in the chip: "Expires". */
  label: string;
  /** The chosen option, or undefined for any. */
  value: Value | undefined;
  options: FilterOption<Value>[];
  onChange: (value: Value | undefined) => void;
}

interface FaceProps {
  label: string;
  /** What is chosen, in words; undefined for any. */
  chosen: string | undefined;
  open: boolean;
  /** What a click opens. */
  opens: "menu" | "dialog";
  onOpen: (anchor: HTMLElement) => void;
  onClear: () => void;
}

/** What a filter looks like while closed; how it is chosen is up to who opens it. */
export function FilterFace({ label, chosen, open, opens, onOpen, onClear }: FaceProps) {
  return (
    <Chip
      size="medium"
      clickable
      variant={chosen ? "filled" : "outlined"}
      color={chosen ? "primary" : "default"}
      label={chosen ? `${label} ${chosen}` : label}
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
      <FilterFace
        label={label}
        chosen={chosen?.label}
        open={anchor !== null}
        opens="menu"
        onOpen={setAnchor}
        onClear={() => choose(undefined)}
      />
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
        slotProps={{ list: { "aria-label": label } }}
      >
        <MenuItem selected={!chosen} onClick={() => choose(undefined)}>
          {t("parts.filter.any")}
        </MenuItem>
        {options.map((option) => (
          <MenuItem key={option.value} selected={option.value === value} onClick={() => choose(option.value)}>
            {option.label}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
