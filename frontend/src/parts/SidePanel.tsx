import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Typography from "@mui/material/Typography";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { t } from "../i18n/i18n";
import { CloseIcon } from "./icons";

interface Props {
  title: string;
  /** Under the title: a chip, a short line. */
  lead?: ReactNode;
  /** Buttons beside the close button. */
  actions?: ReactNode;
  /** Absent where there is no list beside it; the panel then has the full width. */
  onClose?: (() => void) | undefined;
  children: ReactNode;
}

/**
 * The details of a row, beside its list: put <SidePanel> after the list inside <SplitView>. It takes the focus when it
 * opens and returns it when it closes. Escape or its close button closes it. In a narrow window it covers the list.
 */
export function SidePanel({ title, lead, actions, onClose, children }: Props) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  const origin = useRef<Element | null>(null);
  useEffect(() => {
    const before = document.activeElement;
    if (before !== panel.current) origin.current = before;
    panel.current?.focus({ preventScroll: true });
    return () => {
      // The focus was inside the panel: return it to the row.
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && origin.current instanceof HTMLElement) origin.current.focus();
    };
  }, []);
  return (
    <Box
      component="aside"
      ref={panel}
      tabIndex={-1}
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented || !onClose) return;
        event.stopPropagation();
        onClose();
      }}
      sx={(theme) => ({
        width: onClose ? 420 : "100%",
        maxWidth: "100%",
        flexShrink: 0,
        display: "flex",
        flexDirection: "column",
        minHeight: 0,
        bgcolor: "background.paper",
        ml: onClose ? 1.5 : 0,
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        outline: "none",
        ...(onClose && {
          "@container (max-width: 860px)": {
            position: "absolute",
            insetBlock: 0,
            right: 0,
            zIndex: 3,
            boxShadow: "-8px 0 24px rgb(0 0 0 / 0.12)",
          },
        }),
      })}
    >
      <Box sx={{ display: "flex", alignItems: "flex-start", gap: 1, p: 2, pb: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography id={id} variant="h2" sx={{ overflowWrap: "anywhere" }}>
            {title}
          </Typography>
          {lead}
        </Box>
        {actions}
        {onClose && (
          <IconButton aria-label={t("parts.actions.close")} onClick={onClose}>
            <CloseIcon />
          </IconButton>
        )}
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, overflowY: "auto", px: 2, pb: 3 }}>{children}</Box>
    </Box>
  );
}

/** A list and its side panel next to each other, with the full height. */
export function SplitView({ children }: { children: ReactNode }) {
  return (
    <Box sx={{ display: "flex", flex: 1, minHeight: 0, position: "relative", containerType: "inline-size" }}>
      {children}
    </Box>
  );
}
