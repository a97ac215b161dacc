import Box from "@mui/material/Box";
import type { Theme } from "@mui/material/styles";

export type Tone = "ok" | "info" | "warning" | "error" | "neutral";

const paint = (theme: Theme, tone: Tone) =>
  ({
    ok: theme.vars.palette.success.main,
    info: theme.vars.palette.primary.main,
    warning: theme.vars.palette.warning.main,
    error: theme.vars.palette.error.main,
    neutral: theme.vars.palette.text.secondary,
  })[tone];

// A shape per tone, so that the meaning does not depend on colour alone.
const shapes: Record<Tone, object> = {
  ok: { borderRadius: "50%", bgcolor: "currentColor" },
  info: { borderRadius: "50%", border: "2px solid currentColor" },
  warning: { clipPath: "polygon(50% 0, 100% 100%, 0 100%)", bgcolor: "currentColor" },
  error: { transform: "rotate(45deg)", borderRadius: "1px", bgcolor: "currentColor" },
  neutral: { height: 2, borderRadius: 1, bgcolor: "currentColor" },
};

interface Props {
  tone: Tone;
  label: string;
  /** Without a border, next to a name. */
  small?: boolean;
}

/** A status as a word, with a shape and a colour. */
export function StatusChip({ tone, label, small = false }: Props) {
  return (
    <Box
      component="span"
      sx={(theme) => ({
        display: "inline-flex",
        alignItems: "center",
        gap: 0.75,
        height: 22,
        ...(!small && {
          px: 1,
          borderRadius: "6px",
          border: `1px solid ${theme.vars.palette.divider}`,
        }),
        color: paint(theme, tone),
        fontSize: "0.75rem",
        fontWeight: 500,
        lineHeight: 1,
        whiteSpace: "nowrap",
      })}
    >
      <Box component="span" aria-hidden sx={{ width: 8, height: 8, flexShrink: 0, ...shapes[tone] }} />
      {label}
    </Box>
  );
}
