import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import MenuItem from "@mui/material/MenuItem";
import { type ReactNode, useState } from "react";
import { parseFilter, type Term, writeFilter, writeTerm } from "../bridge/filterValue";
import { formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterChipBase } from "./FilterBar";
import { CheckIcon } from "./icons";
import { PopupMenu } from "./PopupMenu";

/** The values of a filter, counted on the server. */
export interface Counts {
  /** Undefined while they load. */
  facet: { values: { value: string; name: string; count: number }[]; others: number } | undefined;
  failed: boolean;
  onRetry: () => void;
}

/** Counts the values of the filter whose menu is open. */
export interface Counting {
  /** The name of the filter whose menu is open; "" for none. */
  onOpen: (name: string) => void;
  /** False for filters whose menu is closed. */
  of: (name: string) => Counts | false;
}

export interface Choice {
  /** As it is written in the filter. */
  value: string;
  label: string;
}

interface Props {
  /** The filter's name, first in the chip: "Status". */
  label: string;
  /** The filter, as in the address; undefined for any. */
  value: string | undefined;
  /** The text after the name; undefined for any. */
  chosen: string | undefined;
  whole?: string | undefined;
  /** The values of an enumeration; undefined: those that the server counts. */
  choices?: Choice[] | undefined;
  labelOf: (term: Term) => string;
  counts: Counts | false;
  onOpen: (open: boolean) => void;
  onChange: (value: string | undefined) => void;
}

/** The product's texts are compared without case. */
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const termOf = (written: string): Term => parseFilter(written)?.terms[0] ?? { text: written, literal: false };

/** The values to offer: those known or counted, and the chosen ones even where no row has them. */
function offered(props: Props, facet: Counts["facet"], chosen: string[]): Choice[] {
  const found = props.choices ?? facet?.values.map(({ value, name }) => ({ value, label: name }));
  const all = (found ?? []).map(({ value, label }) => ({
    value,
    label: label || props.labelOf(termOf(value)),
  }));
  const missing = chosen.filter((value) => !all.some((one) => same(one.value, value)));
  return [...all, ...missing.map((value) => ({ value, label: props.labelOf(termOf(value)) }))];
}

/** A filter by one or many values, as a chip whose menu stays open while they are chosen. */
export function ChoiceChip(props: Props) {
  const { label, value, chosen: text, whole, choices, counts, onOpen, onChange } = props;
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const facet = counts === false ? undefined : counts.facet;
  const filter = value === undefined ? undefined : parseFilter(value);
  const chosen = filter?.terms.map(writeTerm) ?? [];
  // "Is not" may be chosen before the first value.
  const [excludes, setExcludes] = useState(false);
  const negated = filter?.negated ?? excludes;
  const close = () => {
    setExcludes(false);
    onOpen(false);
    setAnchor(null);
  };
  const toggle = (one: string) => {
    const without = chosen.filter((other) => !same(other, one));
    onChange(writeFilter(without.length < chosen.length ? without : [...chosen, one], negated));
    setExcludes(negated);
  };
  const exclude = () => {
    setExcludes(!negated);
    if (chosen.length > 0) onChange(writeFilter(chosen, !negated));
  };
  const clear = () => {
    close();
    onChange(undefined);
  };
  const options = offered(props, facet, chosen);
  const waits = choices === undefined && counts !== false && counts.facet === undefined;
  const countOf = (one: string) =>
    facet && (facet.values.find((counted) => same(counted.value, one))?.count ?? 0);
  return (
    <>
      <FilterChipBase
        label={label}
        chosen={text}
        whole={whole}
        open={anchor !== null}
        opens="menu"
        onOpen={(element) => {
          onOpen(true);
          setAnchor(element);
        }}
        onClear={clear}
      />
      <PopupMenu
        label={label}
        paperSx={{ maxHeight: 420 }}
        anchorEl={anchor}
        open={anchor !== null}
        onClose={close}
      >
        <MenuItem selected={chosen.length === 0} onClick={clear}>
          {t("parts.filter.any")}
        </MenuItem>
        {options.map((option) => (
          <CheckItem
            key={option.value}
            label={option.label}
            count={countOf(option.value)}
            checked={chosen.some((one) => same(one, option.value))}
            onToggle={() => toggle(option.value)}
          />
        ))}
        {waits && !counts.failed && <Quiet>{t("parts.filter.loadingValues")}</Quiet>}
        {waits && counts.failed && <Quiet role="alert">{t("parts.filter.valuesFailed")}</Quiet>}
        {waits && counts.failed && <MenuItem onClick={counts.onRetry}>{t("parts.actions.retry")}</MenuItem>}
        {facet && facet.others > 0 && <Quiet>{t("parts.filter.others", { count: facet.others })}</Quiet>}
        <Divider />
        <CheckItem label={t("parts.filter.isNot")} checked={negated} onToggle={exclude} />
      </PopupMenu>
    </>
  );
}

interface ItemProps {
  label: string;
  count?: number | undefined;
  checked: boolean;
  onToggle: () => void;
}

// The menu moves the focus among its children by their props, so this passes on what it is given.
function CheckItem({ label, count, checked, onToggle, ...item }: ItemProps) {
  const name = count === undefined ? label : t("parts.filter.counted", { label, count });
  return (
    <MenuItem {...item} role="menuitemcheckbox" aria-checked={checked} aria-label={name} onClick={onToggle}>
      <CheckIcon sx={{ fontSize: 18, mr: 1, visibility: checked ? "visible" : "hidden" }} />
      <Box component="span" sx={{ flex: 1, overflow: "hidden", textOverflow: "ellipsis", maxWidth: 360 }}>
        {label}
      </Box>
      {count !== undefined && (
        <Box component="span" sx={{ color: "text.secondary", pl: 3, fontVariantNumeric: "tabular-nums" }}>
          {formatNumber(count)}
        </Box>
      )}
    </MenuItem>
  );
}

const Quiet = ({ children, role = "none" }: { children: ReactNode; role?: "none" | "alert" }) => (
  <Box component="li" role="none" sx={{ px: 2, py: 0.75, color: "text.secondary", fontSize: "0.8125rem" }}>
    <span role={role}>{children}</span>
  </Box>
);
