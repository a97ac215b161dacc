import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface Props {
  icon: ReactNode;
  title: string;
  text?: ReactNode;
  heading?: "h1" | "h2";
  /** "alert" where the message reports a failure. */
  role?: "alert";
  /** What follows the text. */
  children?: ReactNode;
}

/** An icon, a title and a text in the middle of the space that a list or page would have. */
export function CenteredMessage({ icon, title, text, heading = "h2", role, children }: Props) {
  return (
    <Box
      role={role}
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
        {icon}
      </Box>
      <Typography component={heading} variant="h3">
        {title}
      </Typography>
      {text && (
        <Typography variant="body2" component="div" color="textSecondary" sx={{ maxWidth: "56ch" }}>
          {text}
        </Typography>
      )}
      {children}
    </Box>
  );
}
