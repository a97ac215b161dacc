import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import { t } from "../i18n/i18n";
import { SearchIcon } from "../parts/icons";

const mac = typeof navigator !== "undefined" && /Mac/.test(navigator.userAgent);

// Visually hidden in a narrow window, but still the accessible name.
const hidden = {
  position: "absolute",
  width: "1px",
  height: "1px",
  overflow: "hidden",
  clipPath: "inset(50%)",
};

/** A button in the form of a search field that opens the palette. */
export function SearchButton({ onOpen }: { onOpen: () => void }) {
  return (
    <ButtonBase
      onClick={onOpen}
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
          "& kbd": { display: "none" },
          "& span": hidden,
        },
      })}
    >
      <SearchIcon />
      <Box
        component="span"
        sx={{
          flex: 1,
          textAlign: "left",
          overflow: "hidden",
          textOverflow: "ellipsis",
          whiteSpace: "nowrap",
        }}
      >
        {t("shell.search.button")}
      </Box>
      <Box
        component="kbd"
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
