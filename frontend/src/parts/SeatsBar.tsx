import Box from "@mui/material/Box";
import { excess, type Usage } from "./UsedOfTotal";

/** The share of active licences as a bar, marked where they exceed the purchased ones; nothing where it is unknown. */
export function SeatsBar(usage: Usage) {
  const { used, total, usedUnknown = 0, totalUnknown = 0 } = usage;
  if (used === null || !total || usedUnknown > 0 || totalUnknown > 0) return null;
  const over = excess(usage) > 0;
  const share = Math.min(1, used / total);
  return (
    <Box
      // The figures beside it say the same.
      aria-hidden
      sx={(theme) => ({
        height: 6,
        borderRadius: 3,
        overflow: "hidden",
        bgcolor: theme.vars.palette.divider,
      })}
    >
      <Box
        data-share={share}
        sx={{ height: 1, width: `${share * 100}%`, bgcolor: over ? "warning.main" : "primary.main" }}
      />
    </Box>
  );
}
