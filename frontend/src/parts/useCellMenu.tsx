import Divider from "@mui/material/Divider";
import MenuItem from "@mui/material/MenuItem";
import { type KeyboardEvent, type MouseEvent, useState } from "react";
import { t } from "../i18n/i18n";
import { cellAt } from "./cellAt";
import { PopupMenu } from "./PopupMenu";
import { isTyping, pressed } from "./shortcuts";
import { type CellActions, useCellActions } from "./useCellActions";

interface Place {
  id: string;
  field: string;
  top: number;
  left: number;
}

/** The menu of a cell: on a right click, Shift+F10 and the menu key. Ctrl+C copies without it. */
export function useCellMenu<Row extends { id: string }>(actions: CellActions<Row>) {
  const [at, setAt] = useState<Place | null>(null);
  const { itemsOf, copy } = useCellActions(actions);
  const open = (event: MouseEvent | KeyboardEvent, place: Omit<Place, "id" | "field">) => {
    const found = cellAt(event.target);
    if (!found || itemsOf(found.id, found.field).length === 0) return false;
    event.preventDefault();
    event.stopPropagation();
    // The menu returns the focus to what had it.
    found.cell.focus();
    setAt({ id: found.id, field: found.field, ...place });
    return true;
  };
  const close = () => setAt(null);
  return {
    onContextMenu: (event: MouseEvent) => void open(event, { top: event.clientY, left: event.clientX }),
    /** Returns whether the key was one of the menu or of a copy. The grid itself would copy past the app's clipboard. */
    onKeyDownCapture: (event: KeyboardEvent): boolean => {
      const found = cellAt(event.target);
      if (!found || isTyping(event)) return false;
      if (pressed(event, "menu")) {
        const { bottom, left } = found.cell.getBoundingClientRect();
        return open(event, { top: bottom, left: left + 8 });
      }
      // Text that the user marked is copied by the browser.
      if (!pressed(event, "copy") || (window.getSelection()?.toString() ?? "") !== "") return false;
      event.preventDefault();
      event.stopPropagation();
      copy(found.id, found.field);
      return true;
    },
    menu: (
      <PopupMenu
        label={t("parts.cell.menu")}
        paperSx={{ maxWidth: 420 }}
        open={at !== null}
        onClose={close}
        anchorReference="anchorPosition"
        anchorPosition={at ?? { top: 0, left: 0 }}
        onContextMenu={(event) => event.preventDefault()}
      >
        {at &&
          itemsOf(at.id, at.field).map((item) =>
            item === "divider" ? (
              <Divider key="divider" component="li" />
            ) : (
              <MenuItem
                key={item.label}
                disabled={item.disabled ?? false}
                onClick={() => {
                  close();
                  item.run();
                }}
                sx={{
                  display: "block",
                  overflow: "hidden",
                  textOverflow: "ellipsis",
                  alignContent: "center",
                }}
              >
                {item.label}
              </MenuItem>
            ),
          )}
      </PopupMenu>
    ),
  };
}
