import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  /** A line under the title. */
  text?: ReactNode;
  /** A button beside the title. */
  action?: ReactNode;
  /** h2 for a part of a page, h3 for a part of a panel. */
  heading?: "h2" | "h3";
  children?: ReactNode;
}

/** A named part of a side panel or of a page. */
export function Section({ title, text, action, heading = "h3", children }: Props) {
  const id = useId();
  return (
    <Box component="section" aria-labelledby={id} sx={{ mt: 3 }}>
      <Box sx={{ display: "flex", alignItems: "center", justifyContent: "space-between", mb: text ? 0 : 1 }}>
        <Typography id={id} component={heading} variant={heading}>
          {title}
        </Typography>
        {action}
      </Box>
      {text && (
        <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>
          {text}
        </Typography>
      )}
      {children}
    </Box>
  );
}
