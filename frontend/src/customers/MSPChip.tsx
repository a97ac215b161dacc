import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import { useState } from "react";
import { parseFilter, writeFilter } from "../bridge/filterValue";
import { t } from "../i18n/i18n";
import { FilterDialog } from "../parts/FilterDialog";
import { CloseIcon } from "../parts/icons";
import { NotBox } from "../parts/NotBox";
import { MSPPicker } from "./NodePicker";
import { useMSPName } from "./useMSPName";

/** The value for customers directly under the MSSP. */
export const noMSP = "none";

const idsOf = (value: string | undefined) =>
  value === undefined ? [] : (parseFilter(value)?.terms.map(({ text }) => text) ?? []);

const isNegated = (value: string | undefined) => value?.startsWith("!") ?? false;

/** The text of a filter by MSPs: the name of one, the number of several. name is undefined while it loads. */
export function mspsLabel(value: string, name: string | undefined): string {
  const ids = idsOf(value);
  const one = ids[0] === noMSP ? t("customers.filter.directly") : (name ?? t("customers.filter.thisMSP"));
  const text = ids.length === 1 ? one : t("customers.filter.msps", { count: ids.length });
  return isNegated(value) ? t("parts.filter.not", { text }) : text;
}

/** The text of a filter by MSPs; undefined without one. */
export function useMSPText(value: string | undefined): string | undefined {
  const name = useMSPName(idsOf(value)[0]);
  return value === undefined ? undefined : mspsLabel(value, name);
}

interface Props {
  /** An MSP's id; with many: ids of MSPs and noMSP, as in the address. Undefined for any. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** Whether several MSPs, noMSP, and all others can be chosen. */
  many?: boolean;
  /** Whether noMSP can be chosen, though not several. */
  withDirect?: boolean;
}

/** A filter by MSPs: a search field instead of a menu, because there may be thousands. */
export function MSPChip({ value, onChange, many = false, withDirect = many }: Props) {
  const [placed, setPlaced] = useState(false);
  const text = useMSPText(value);
  const ids = many ? idsOf(value) : [];
  return (
    <FilterDialog
      label={t("customers.filter.msp")}
      chosen={text}
      width={320}
      onClear={() => onChange(undefined)}
      // The list of MSPs is positioned when the field gets the focus, so the dialog must be in its place before.
      onEntered={() => setPlaced(true)}
      onExit={() => setPlaced(false)}
    >
      {(close) => {
        const write = (next: string[], negated = isNegated(value)) => onChange(writeFilter(next, negated));
        const add = (id: string) => {
          close();
          write([...ids.filter((other) => other !== id), id]);
        };
        return (
          <>
            {ids.length > 0 && (
              <Box component="ul" aria-label={t("customers.filter.chosenMSPs")} sx={chosenStyle}>
                {ids.map((id) => (
                  <li key={id}>
                    <ChosenMSP id={id} onRemove={() => write(ids.filter((other) => other !== id))} />
                  </li>
                ))}
              </Box>
            )}
            <MSPPicker
              autoFocus={placed}
              value={!many && value && value !== noMSP && text ? { id: value, name: text } : null}
              onChange={(msp) => msp && add(msp.id)}
              error={undefined}
            />
            {ids.length > 0 && (
              <NotBox checked={isNegated(value)} onChange={(negated) => write(ids, negated)} />
            )}
            <Box sx={{ display: "flex", justifyContent: "flex-end", gap: 1, mt: 1.5 }}>
              <Button
                variant="text"
                onClick={() => {
                  close();
                  onChange(undefined);
                }}
              >
                {t("parts.filter.any")}
              </Button>
              {withDirect && !idsOf(value).includes(noMSP) && (
                <Button onClick={() => add(noMSP)}>{t("customers.filter.directly")}</Button>
              )}
            </Box>
          </>
        );
      }}
    </FilterDialog>
  );
}

const chosenStyle = { display: "flex", flexWrap: "wrap", gap: 0.5, m: 0, mb: 1.5, p: 0, listStyle: "none" };

/** An MSP of the filter; Delete and Backspace remove it too. */
function ChosenMSP({ id, onRemove }: { id: string; onRemove: () => void }) {
  const name = useMSPName(id);
  const label = id === noMSP ? t("customers.filter.directly") : (name ?? t("customers.filter.thisMSP"));
  return (
    <Chip
      size="small"
      label={label}
      onClick={onRemove}
      onDelete={onRemove}
      deleteIcon={<CloseIcon aria-hidden />}
      aria-label={t("customers.filter.removeMSP", { name: label })}
    />
  );
}
