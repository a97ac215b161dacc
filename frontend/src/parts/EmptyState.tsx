import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { CenteredMessage } from "./CenteredMessage";
import { InboxIcon } from "./icons";

interface EmptyStateProps {
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
export function EmptyState({ icon, title, text, heading, action }: EmptyStateProps) {
  return (
    <CenteredMessage icon={icon ?? <InboxIcon />} title={title} text={text} heading={heading}>
      {action && <Box sx={{ mt: 1 }}>{action}</Box>}
    </CenteredMessage>
  );
}
