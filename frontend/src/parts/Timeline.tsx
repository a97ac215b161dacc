import Box from "@mui/material/Box";
import { Time } from "./Time";

export interface TimelineEntry {
  key: string;
  at: string;
  text: string;
}

/** What happened, newest first: a sentence and its moment. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  return (
    <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0, fontSize: "0.8125rem" }}>
      {entries.map(({ key, at, text }) => (
        <Box
          component="li"
          key={key}
          sx={(theme) => ({
            position: "relative",
            pl: 2,
            pb: 1.25,
            borderLeft: `1px solid ${theme.vars.palette.divider}`,
            "&:last-of-type": { borderColor: "transparent", pb: 0 },
            "&::before": {
              content: '""',
              position: "absolute",
              left: -4,
              top: 6,
              width: 7,
              height: 7,
              borderRadius: "50%",
              bgcolor: theme.vars.palette.text.disabled,
            },
          })}
        >
          <Box sx={{ overflowWrap: "anywhere" }}>{text}</Box>
          <Box sx={{ color: "text.secondary", fontSize: "0.75rem" }}>
            <Time at={at} />
          </Box>
        </Box>
      ))}
    </Box>
  );
}
