import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useState } from "react";
import { t } from "../i18n/i18n";
import { FilterDialog } from "../parts/FilterDialog";
import { MSPPicker } from "./NodePicker";
import { useMSPName } from "./useMSPName";

/** The value for customers directly under the MSSP. */
export const noMSP = "none";

/** The name of the MSP in a filter, or a text while it loads; undefined without one. */
export function useMSPText(id: string | undefined): string | undefined {
  const name = useMSPName(id);
  if (id === noMSP) return t("customers.filter.directly");
  return id && (name ?? t("customers.filter.thisMSP"));
}

interface Props {
  /** An MSP's id, or noMSP; undefined for any. */
  value: string | undefined;
  onChange: (id: string | undefined) => void;
  /** Whether noMSP can be chosen. */
  withDirect?: boolean;
}

/** A filter by MSP: a search field instead of a menu, because there may be thousands. */
export function MSPChip({ value, onChange, withDirect = false }: Props) {
  const [placed, setPlaced] = useState(false);
  const name = useMSPText(value);
  return (
    <FilterDialog
      label={t("customers.filter.msp")}
      chosen={name}
      width={320}
      onClear={() => onChange(undefined)}
      // The list of MSPs is positioned when the field gets the focus, so the dialog must be in its place before.
      onEntered={() => setPlaced(true)}
      onExit={() => setPlaced(false)}
    >
      {(close) => {
        const choose = (id: string | undefined) => {
          close();
          onChange(id);
        };
        return (
          <>
            <MSPPicker
              autoFocus={placed}
              value={value && value !== noMSP && name ? { id: value, name } : null}
              onChange={(msp) => choose(msp?.id)}
              error={undefined}
            />
            {withDirect && (
              <Box sx={{ display: "flex", justifyContent: "flex-end", gap: 1, mt: 1.5 }}>
                <Button variant="text" onClick={() => choose(undefined)}>
                  {t("parts.filter.any")}
                </Button>
                <Button onClick={() => choose(noMSP)}>{t("customers.filter.directly")}</Button>
              </Box>
            )}
          </>
        );
      }}
    </FilterDialog>
  );
}
