import Box from "@mui/material/Box";
import { NavLink } from "react-router";
import { useListPlaces } from "./listPlaces";

interface Props {
  /** The accessible name: "Sections of Admin". */
  label: string;
  tabs: { to: string; name: string }[];
}

/**
 * Related screens as tabs. They are links, because each has an address; a list opens as it was left. A single tab is not
 * shown.
 */
export function LinkTabs({ label, tabs }: Props) {
  const places = useListPlaces();
  if (tabs.length < 2) return null;
  return (
    <Box
      component="nav"
      aria-label={label}
      sx={(theme) => ({
        display: "flex",
        gap: 2,
        mb: 2,
        flexShrink: 0,
        borderBottom: `1px solid ${theme.vars.palette.divider}`,
        "& a": {
          color: "text.secondary",
          textDecoration: "none",
          fontWeight: 500,
          py: 1,
          mb: "-1px",
          borderBottom: "2px solid transparent",
          "&:hover": { color: "text.primary" },
          "&.active": { color: "text.primary", borderColor: theme.vars.palette.primary.main },
        },
      })}
    >
      {tabs.map(({ to, name }) => (
        <NavLink
          key={to}
          to={places?.addressOf(to) ?? to}
          end={tabs.some((other) => other.to.startsWith(`${to}/`))}
        >
          {name}
        </NavLink>
      ))}
    </Box>
  );
}
