import Box from "@mui/material/Box";

/** The logo of the app. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <Box
      component="svg"
      viewBox="0 0 48 48"
      aria-hidden
      sx={{ width: size, height: size, flexShrink: 0, color: "primary.main", display: "block" }}
    >
      <rect width="48" height="48" rx="11" fill="currentColor" />
      <g
        fill="none"
        strokeWidth="4"
        strokeLinecap="round"
        style={{ stroke: "var(--mui-palette-primary-contrastText)" }}
      >
        <path d="M12 36V23.5a12 12 0 0 1 24 0V36" />
        <path d="M20.5 36V24a3.5 3.5 0 0 1 7 0v12" />
      </g>
    </Box>
  );
}
