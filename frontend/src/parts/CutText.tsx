import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { type ReactNode, useEffect, useRef, useState } from "react";

const cutText = "data-cut-text";

/** Cuts content that is too wide for its place with an ellipsis. Inside useCutTooltip's handlers the rest is on hover. */
export function CutText({ children }: { children: ReactNode }) {
  return (
    <Box
      component="span"
      {...{ [cutText]: "" }}
      sx={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" }}
    >
      {children}
    </Box>
  );
}

const showAfter = 400;

interface Shown {
  text: string;
  anchor: Element;
}

/**
 * One tooltip for all texts in a box: on hover and on keyboard focus it shows what is cut, and nothing else. It is gone
 * with the box.
 */
export function useCutTooltip() {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hide = () => {
    clearTimeout(timer.current);
    setShown(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = ({ target }: { target: EventTarget }) => {
    hide();
    const anchor = target instanceof Element && textIn(target);
    if (!anchor || anchor.scrollWidth <= anchor.clientWidth) return;
    timer.current = setTimeout(() => setShown({ anchor, text: anchor.textContent ?? "" }), showAfter);
  };
  return {
    handlers: { onMouseOver: look, onMouseLeave: hide, onFocus: look, onBlur: hide },
    /** For when the box is scrolled. */
    hide,
    tooltip: shown && (
      <Tooltip open title={shown.text} slotProps={{ popper: { anchorEl: shown.anchor } }}>
        <span aria-hidden />
      </Tooltip>
    ),
  };
}

/** The text around an element, or in a cell that has the focus. */
const textIn = (element: Element) =>
  element.closest(`[${cutText}]`) ??
  (element.role === "gridcell" ? element.querySelector(`[${cutText}]`) : null);
