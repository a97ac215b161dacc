import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import { t } from "../i18n/i18n";
import { SearchIcon } from "../parts/icons";

const mac = typeof navigator !== "undefined" && /Mac/.test(navigator.userAgent);

/** Looks like a search field and opens the palette. */
export function SearchButton({ onOpen }: { onOpen: () => void }) {
  return (
    <ButtonBase
      onClick={onOpen}
      aria-label={t("shell.search.button")}
      aria-keyshortcuts="Control+K Meta+K"
      aria-haspopup="dialog"
      sx={(theme) => ({
        width: "100%",
        height: 32,
        px: 1.25,
        gap: 1,
        justifyContent: "flex-start",
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        bgcolor: "background.default",
        color: "text.secondary",
        fontSize: "0.8125rem",
        "&:hover": { borderColor: theme.vars.palette.text.disabled },
        "@media (max-width: 759px)": {
          width: 32,
          px: 0,
          justifyContent: "center",
          "& .wide": { display: "none" },
        },
      })}
    >
      <SearchIcon />
      <Box component="span" className="wide" sx={{ flex: 1, textAlign: "left" }}>
        {t("shell.search.button")}
      </Box>
      <Box
        component="kbd"
        className="wide"
        aria-hidden
        sx={(theme) => ({
          font: "inherit",
          fontSize: "0.75rem",
          px: 0.75,
          border: `1px solid ${theme.vars.palette.divider}`,
          borderRadius: "4px",
        })}
      >
        {mac ? "⌘K" : "Ctrl K"}
      </Box>
    </ButtonBase>
  );
}
