import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { absent } from "../i18n/format";

export interface Fact {
  label: string;
  /** Null and "" show as an en dash. */
  value: ReactNode;
}

/** Labels and values of one thing, as a definition list. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <Box
      component="dl"
      sx={{
        display: "grid",
        gridTemplateColumns: "minmax(96px, min(40%, 200px)) 1fr",
        columnGap: 2,
        rowGap: 1,
        m: 0,
        fontSize: "0.8125rem",
        "& dt": { color: "text.secondary", overflowWrap: "anywhere" },
        "& dd": { m: 0, overflowWrap: "anywhere", minWidth: 0 },
      }}
    >
      {facts.map(({ label, value }) => (
        <Box key={label} sx={{ display: "contents" }}>
          <dt>{label}</dt>
          <dd>{value == null || value === "" ? absent : value}</dd>
        </Box>
      ))}
    </Box>
  );
}
