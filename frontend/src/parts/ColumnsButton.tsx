import Button from "@mui/material/Button";
import Popover from "@mui/material/Popover";
import { useState } from "react";
import { t } from "../i18n/i18n";
import { type ColumnChoice, ColumnList } from "./ColumnList";
import { ColumnsIcon } from "./icons";

/** Opens the choice of a table's columns. */
export function ColumnsButton(choice: ColumnChoice) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        variant="text"
        size="small"
        startIcon={<ColumnsIcon />}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ minHeight: 28 }}
      >
        {t("parts.columns.open")}
      </Button>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: "top", horizontal: "right" }}
        transformOrigin={{ vertical: "bottom", horizontal: "right" }}
        slotProps={{
          paper: {
            role: "dialog",
            "aria-label": t("parts.columns.title"),
            sx: (theme) => ({
              width: 340,
              display: "flex",
              flexDirection: "column",
              border: `1px solid ${theme.vars.palette.divider}`,
            }),
          },
        }}
      >
        <ColumnList {...choice} onClose={() => setAnchor(null)} />
      </Popover>
    </>
  );
}
