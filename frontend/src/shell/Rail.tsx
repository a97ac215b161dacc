import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import Tooltip from "@mui/material/Tooltip";
import type { ReactNode } from "react";
import { NavLink, Link as RouterLink, useLocation } from "react-router";
import { t } from "../i18n/i18n";
import { FoldIcon, UnfoldIcon } from "../parts/icons";
import { Logo } from "../parts/Logo";
import { useListPlaces } from "../parts/listPlaces";

export interface RailEntry {
  to: string;
  name: string;
  icon: ReactNode;
  /** Further paths for which the entry is the current one, besides `to` and the paths below it. */
  also?: string[];
}

interface Props {
  entries: RailEntry[];
  folded: boolean;
  /** Absent where the window is too narrow to expand the menu. */
  onFold?: (() => void) | undefined;
}

/** The menu at the left: 220 px wide, or 56 px with the names as tooltips. A list opens as it was left. */
export function Rail({ entries, folded, onFold }: Props) {
  const { pathname } = useLocation();
  const places = useListPlaces();
  const within = ({ also = [] }: RailEntry) => also.some((to) => `${pathname}/`.startsWith(`${to}/`));
  return (
    <Box
      component="nav"
      aria-label={t("shell.rail.label")}
      sx={(theme) => ({
        width: folded ? 56 : 220,
        flexShrink: 0,
        display: "flex",
        flexDirection: "column",
        bgcolor: theme.vars.palette.frame,
        borderRight: `1px solid ${theme.vars.palette.divider}`,
        overflowY: "auto",
        overflowX: "hidden",
      })}
    >
      <Box sx={{ height: 48, flexShrink: 0, display: "flex", alignItems: "center", gap: 1.25, px: 2 }}>
        <Logo size={24} />
        {!folded && <Box sx={{ fontWeight: 600, whiteSpace: "nowrap" }}>{t("words.product")}</Box>}
      </Box>
      <Box sx={{ flex: 1, p: 1 }}>
        <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 0.25 }}>
          {entries.map((entry) => (
            <li key={entry.to}>
              <RailTooltip text={entry.name} shown={folded}>
                <ButtonBase
                  component={within(entry) ? RouterLink : NavLink}
                  to={places?.addressOf(entry.to) ?? entry.to}
                  aria-label={entry.name}
                  {...(within(entry) && { className: "active", "aria-current": "true" as const })}
                  sx={item}
                >
                  {entry.icon}
                  {!folded && <span>{entry.name}</span>}
                </ButtonBase>
              </RailTooltip>
            </li>
          ))}
        </Box>
      </Box>
      {onFold && <FoldButton folded={folded} onFold={onFold} />}
    </Box>
  );
}

const item = {
  width: "100%",
  height: 36,
  px: 1.25,
  gap: 1.25,
  justifyContent: "flex-start",
  borderRadius: "6px",
  fontSize: "0.875rem",
  fontWeight: 500,
  whiteSpace: "nowrap",
  color: "text.secondary",
  "&:hover": { bgcolor: "action.hover", color: "text.primary" },
  "&.active": { bgcolor: "action.selected", color: "text.primary" },
  "&.active svg": { color: "primary.main" },
};

function RailTooltip({
  text,
  shown,
  children,
}: {
  text: string;
  shown: boolean;
  children: React.ReactElement;
}) {
  return (
    <Tooltip title={shown ? text : ""} placement="right" enterDelay={100}>
      {children}
    </Tooltip>
  );
}

function FoldButton({ folded, onFold }: { folded: boolean; onFold: () => void }) {
  const name = folded ? t("shell.rail.unfold") : t("shell.rail.fold");
  return (
    <Box sx={{ p: 1 }}>
      <RailTooltip text={name} shown={folded}>
        <ButtonBase aria-label={name} aria-expanded={!folded} onClick={onFold} sx={item}>
          {folded ? <UnfoldIcon /> : <FoldIcon />}
          {!folded && <span>{name}</span>}
        </ButtonBase>
      </RailTooltip>
    </Box>
  );
}
