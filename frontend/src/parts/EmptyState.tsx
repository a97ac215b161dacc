import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { InboxIcon } from "./icons";

export interface EmptyStateProps {
  icon?: ReactNode;
  /** What is missing. */
  title: string;
  /** What would be shown here, and why it is not. */
  text?: ReactNode;
  /** "h1" where this is the whole page. */
  heading?: "h1" | "h2";
  /** What to do about it. */
  action?: ReactNode;
}

/** Shown where there is nothing to show. */
export function EmptyState({ icon, title, text, heading = "h2", action }: EmptyStateProps) {
  return (
    <Box
      sx={{
        display: "flex",
        flexDirection: "column",
        alignItems: "center",
        justifyContent: "center",
        textAlign: "center",
        gap: 1,
        px: 3,
        py: 6,
        height: "100%",
      }}
    >
      <Box aria-hidden sx={{ color: "text.secondary", display: "flex", "& svg": { fontSize: 32 } }}>
        {icon ?? <InboxIcon />}
      </Box>
      <Typography component={heading} variant="h3">
        {title}
      </Typography>
      {text && (
        <Typography variant="body2" component="div" color="textSecondary" sx={{ maxWidth: "56ch" }}>
          {text}
        </Typography>
      )}
      {action && <Box sx={{ mt: 1 }}>{action}</Box>}
    </Box>
  );
}
