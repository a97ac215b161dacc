import type { Theme } from "@mui/material/styles";

/** The ring around what has the keyboard's focus. */
export const focusRing = (theme: Theme) => ({
  outline: `2px solid ${theme.vars.palette.primary.main}`,
  outlineOffset: 1,
});
