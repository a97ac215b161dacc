import Box from "@mui/material/Box";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { t } from "../i18n/i18n";
import { Delayed } from "../parts/Delayed";

/** The skeleton of the frame, shown while the session is restored or the grant is switched. */
export function ShellSkeleton({ to }: { to?: string }) {
  const label = to ? t("shell.scope.switching", { node: to }) : t("parts.table.loading");
  return (
    <Box sx={{ display: "flex", height: "100%" }} role="status" aria-label={label}>
      <Box
        sx={(theme) => ({
          width: 220,
          bgcolor: theme.vars.palette.frame,
          borderRight: `1px solid ${theme.vars.palette.divider}`,
          "@media (max-width: 899px)": { width: 56 },
        })}
      />
      <Box sx={{ flex: 1 }}>
        <Box
          sx={(theme) => ({
            height: 48,
            bgcolor: theme.vars.palette.frame,
            borderBottom: `1px solid ${theme.vars.palette.divider}`,
          })}
        />
        <Box sx={{ p: 3 }}>
          {to ? <Typography color="textSecondary">{label}</Typography> : <ScreenSkeleton />}
        </Box>
      </Box>
    </Box>
  );
}

/** The skeleton of a screen, shown while its chunk loads. */
export function ScreenSkeleton() {
  return (
    <Delayed>
      <Box aria-hidden>
        <Skeleton width={180} height={36} />
        <Skeleton width="60%" height={24} sx={{ mb: 2 }} />
        <Skeleton variant="rounded" height={240} />
      </Box>
    </Delayed>
  );
}
