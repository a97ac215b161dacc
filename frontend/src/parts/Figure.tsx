import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Skeleton from "@mui/material/Skeleton";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import { focusRing } from "./focusRing";

interface Props {
  label: string;
  /** Formatted; undefined while it loads. */
  value: ReactNode;
  /** A small line under the value: the change with its period, a share, a unit. */
  note?: ReactNode;
  tone?: "warning" | "error";
  /** Path of the list behind the number. */
  to?: string;
}

/** A label and a large value, which link to the list behind the number. */
export function Figure({ label, value, note, tone, to }: Props) {
  return (
    <Box
      sx={(theme) => ({
        position: "relative",
        p: 2,
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        minWidth: 0,
        ...(to && { "&:hover": { bgcolor: theme.vars.palette.action.hover } }),
      })}
    >
      <Box sx={{ fontSize: "0.8125rem", color: "text.secondary" }}>
        {to ? (
          <Link
            component={RouterLink}
            to={to}
            color="inherit"
            underline="none"
            sx={(theme) => ({
              "&::after": { content: '""', position: "absolute", inset: 0, borderRadius: "8px" },
              // The ring is around all that can be clicked.
              "&:focus-visible": { outline: "none" },
              "&:focus-visible::after": focusRing(theme),
            })}
          >
            {label}
          </Link>
        ) : (
          label
        )}
      </Box>
      <Box sx={{ fontSize: "1.625rem", lineHeight: 1.35, fontWeight: 600, letterSpacing: "-0.02em" }}>
        {value ?? <Skeleton width="60%" />}
      </Box>
      <Box sx={{ fontSize: "0.75rem", minHeight: 18, color: tone ? `${tone}.main` : "text.secondary" }}>
        {value !== undefined && note}
      </Box>
    </Box>
  );
}
