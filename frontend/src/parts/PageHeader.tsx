import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** One line under the title; kept under 72 characters a line. */
  text?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
}

/** The header of a screen: its only h1, a line of text, buttons. */
export function PageHeader({ title, text, actions }: Props) {
  return (
    <Box
      component="header"
      sx={{ display: "flex", alignItems: "flex-start", gap: 2, flexWrap: "wrap", mb: 2 }}
    >
      <Box sx={{ flex: "1 1 240px", minWidth: 0 }}>
        <Typography variant="h1">{title}</Typography>
        {text && (
          <Typography component="div" color="textSecondary" sx={{ maxWidth: "72ch" }}>
            {text}
          </Typography>
        )}
      </Box>
      {actions && <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>{actions}</Box>}
    </Box>
  );
}
