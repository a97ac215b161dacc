import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { ReactNode } from "react";
import { t } from "../i18n/i18n";
import { CloseIcon, CopyIcon } from "./icons";
import type { Selection } from "./useSelection";

interface Props<Row> {
  selection: Selection<Row>;
  /** How many rows the list has, loaded or not; null where they are not counted. */
  total: number | null;
  /** Copies the selected rows. */
  onCopy: () => void;
  /** What else can be done with the selection; with it, rows that are not loaded can be selected. */
  actions: ReactNode;
}

/** How many rows are selected, and what can be done with them. */
export function SelectionBar<Row>({ selection, total, onCopy, actions }: Props<Row>) {
  const { rows, count, selectAll, clear } = selection;
  const unloaded = count - rows.length;
  return (
    <Box
      role="group"
      aria-label={t("parts.selection.label")}
      sx={(theme) => ({
        display: "flex",
        alignItems: "center",
        flexWrap: "wrap",
        gap: 1,
        minHeight: 40,
        px: 1.25,
        py: 0.5,
        fontSize: "0.8125rem",
        bgcolor: "action.selected",
        borderBottom: `1px solid ${theme.vars.palette.divider}`,
      })}
    >
      <strong>{t("parts.selection.count", { count })}</strong>
      {actions && total !== null && total > count && (
        <Button size="small" variant="text" onClick={selectAll}>
          {t("parts.selection.all", { count: total })}
        </Button>
      )}
      {unloaded > 0 && <span>{t("parts.selection.unloaded", { count: unloaded })}</span>}
      <Box sx={{ display: "flex", gap: 1, ml: "auto" }}>
        <Button size="small" startIcon={<CopyIcon />} disabled={unloaded > 0} onClick={onCopy}>
          {t("parts.actions.copy")}
        </Button>
        {actions}
        <Button size="small" variant="text" startIcon={<CloseIcon />} onClick={clear}>
          {t("parts.selection.clear")}
        </Button>
      </Box>
    </Box>
  );
}
