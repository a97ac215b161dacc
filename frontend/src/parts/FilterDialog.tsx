import Popover from "@mui/material/Popover";
import { type ReactNode, useState } from "react";
import { FilterChipBase } from "./FilterBar";

interface Props {
  /** The filter's name, first in the chip: "Purchased licences". */
  label: string;
  /** The label of the chosen value; undefined for none. */
  chosen: string | undefined;
  /** The whole text of the chip, if it is not the name and the label. */
  whole?: string | undefined;
  /** The dialog's width in pixels. */
  width: number;
  onClear: () => void;
  /** Called when the dialog is in its place, so that a field can take the focus. */
  onEntered?: () => void;
  onExit?: () => void;
  /** Returns the content; close closes the dialog. */
  children: (close: () => void) => ReactNode;
}

/** A filter as a chip that opens a small dialog under it. */
export function FilterDialog({ label, chosen, whole, width, onClear, onEntered, onExit, children }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = () => setAnchor(null);
  return (
    <>
      <FilterChipBase
        label={label}
        chosen={chosen}
        whole={whole}
        open={anchor !== null}
        opens="dialog"
        onOpen={setAnchor}
        onClear={() => {
          close();
          onClear();
        }}
      />
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={close}
        anchorOrigin={{ vertical: "bottom", horizontal: "left" }}
        slotProps={{
          transition: { ...(onEntered && { onEntered }), ...(onExit && { onExit }) },
          paper: {
            role: "dialog",
            "aria-label": label,
            sx: (theme) => ({ width, p: 2, mt: 0.5, border: `1px solid ${theme.vars.palette.divider}` }),
          },
        }}
      >
        {children(close)}
      </Popover>
    </>
  );
}
