import { alpha, createTheme } from "@mui/material/styles";
import type {} from "@mui/material/themeCssVarsAugmentation";
import type {} from "@mui/x-data-grid/themeAugmentation";
import { t } from "./i18n/i18n";
import { focusRing } from "./parts/focusRing";

// One accent colour and greys. Every text colour, also that of placeholders, has a contrast of 4.5:1 on every background
// it is used on; the border of an input has 3:1.
const light = {
  primary: { main: "#2f55c8", dark: "#25459f", light: "#5b7bdb", contrastText: "#ffffff" },
  success: { main: "#1b7440", contrastText: "#ffffff" },
  warning: { main: "#8a5300", contrastText: "#ffffff" },
  error: { main: "#b3261e", contrastText: "#ffffff" },
  info: { main: "#2f55c8", contrastText: "#ffffff" },
  text: { primary: "#1a1d23", secondary: "#596070", disabled: "#8b92a0" },
  divider: "#e3e6eb",
  background: { default: "#ffffff", paper: "#ffffff" },
  frame: "#f6f7f9",
  control: "#7f8694",
  action: { hover: "#f3f4f7", selected: "#eaeefa", focus: "#eaeefa" },
};

const dark = {
  primary: { main: "#9cb2ff", dark: "#7c95f0", light: "#bccaff", contrastText: "#10131a" },
  success: { main: "#6fcf97", contrastText: "#10131a" },
  warning: { main: "#f0b35b", contrastText: "#10131a" },
  error: { main: "#ff9a92", contrastText: "#10131a" },
  info: { main: "#9cb2ff", contrastText: "#10131a" },
  text: { primary: "#e8eaee", secondary: "#a3aab8", disabled: "#6f7684" },
  divider: "#2b2f37",
  background: { default: "#131519", paper: "#181b20" },
  frame: "#0f1114",
  control: "#6f7684",
  action: { hover: "#1e2228", selected: "#232a3f", focus: "#232a3f" },
};

declare module "@mui/material/styles" {
  interface Palette {
    /** Background of the rail and the top bar. */
    frame: string;
    /** Border of an input. */
    control: string;
  }
  interface PaletteOptions {
    frame?: string;
    control?: string;
  }
}

const font = '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif';

/** A list of options is rendered outside of the page's landmarks, as PopupMenu says. */
const outsideOfLandmarks = () => ({ role: "region", "aria-label": t("parts.choices") });

/** The theme of the app, so that screens need few styles of their own. */
export const theme = createTheme({
  cssVariables: { colorSchemeSelector: "data-theme" },
  colorSchemes: { light: { palette: light }, dark: { palette: dark } },
  shape: { borderRadius: 8 },
  spacing: 8,
  typography: {
    fontFamily: font,
    fontSize: 14,
    htmlFontSize: 16,
    h1: { fontSize: "1.25rem", lineHeight: 1.4, fontWeight: 600, letterSpacing: "-0.01em" },
    h2: { fontSize: "1rem", lineHeight: 1.5, fontWeight: 600 },
    h3: { fontSize: "0.875rem", lineHeight: 1.5, fontWeight: 600 },
    body1: { fontSize: "0.875rem", lineHeight: 1.5 },
    body2: { fontSize: "0.8125rem", lineHeight: 1.5 },
    caption: { fontSize: "0.75rem", lineHeight: 1.5 },
    button: { fontSize: "0.875rem", fontWeight: 500, textTransform: "none" },
  },
  motion: { reducedMotion: "system" },
  transitions: {
    duration: {
      shortest: 100,
      shorter: 120,
      short: 150,
      standard: 150,
      complex: 150,
      enteringScreen: 150,
      leavingScreen: 120,
    },
  },
  components: {
    MuiCssBaseline: {
      styleOverrides: (theme) => ({
        "html, body, #root": { height: "100%" },
        body: { fontVariantNumeric: "tabular-nums" },
        "a:focus-visible, [tabindex='0']:focus-visible, summary:focus-visible": {
          ...focusRing(theme),
          borderRadius: 4,
        },
        "@media (prefers-reduced-motion: reduce)": {
          "*, *::before, *::after": {
            animationDuration: "0.01ms !important",
            animationIterationCount: "1 !important",
            // Not a short one: that would give a transition to everything that has none, and a change of colours
            // would then pass from each element to those inside it, a frame at a time.
            transition: "none !important",
            scrollBehavior: "auto !important",
          },
        },
      }),
    },
    MuiButtonBase: {
      defaultProps: { disableRipple: true },
      styleOverrides: {
        root: ({ theme }) => ({ fontFamily: "inherit", "&.Mui-focusVisible": focusRing(theme) }),
      },
    },
    MuiButton: {
      defaultProps: { disableElevation: true, variant: "outlined", color: "primary" },
      styleOverrides: {
        root: { minHeight: 32, padding: "4px 12px", whiteSpace: "nowrap" },
        outlined: ({ theme }) => ({
          borderColor: theme.vars.palette.divider,
          color: theme.vars.palette.text.primary,
          "&:hover": {
            borderColor: theme.vars.palette.text.disabled,
            backgroundColor: theme.vars.palette.action.hover,
          },
          "&.MuiButton-colorError": { color: theme.vars.palette.error.main },
        }),
      },
    },
    MuiIconButton: {
      defaultProps: { size: "small" },
      styleOverrides: { root: { borderRadius: 6, width: 32, height: 32 } },
    },
    MuiSvgIcon: { defaultProps: { fontSize: "small" } },
    MuiPaper: {
      defaultProps: { elevation: 0 },
      styleOverrides: { root: { backgroundImage: "none" } },
    },
    MuiDialog: {
      styleOverrides: {
        paper: ({ theme }) => ({ border: `1px solid ${theme.vars.palette.divider}`, borderRadius: 12 }),
      },
    },
    MuiDialogTitle: {
      styleOverrides: { root: { fontSize: "1rem", fontWeight: 600, padding: "16px 24px 8px" } },
    },
    MuiDialogActions: { styleOverrides: { root: { padding: "8px 24px 20px", gap: 8 } } },
    MuiBackdrop: {
      styleOverrides: {
        root: { "&:not(.MuiBackdrop-invisible)": { backgroundColor: "rgb(10 12 16 / 0.32)" } },
      },
    },
    MuiMenu: {
      styleOverrides: {
        paper: ({ theme }) => ({
          border: `1px solid ${theme.vars.palette.divider}`,
          boxShadow: `0 8px 24px ${alpha("#000000", 0.12)}`,
          minWidth: 180,
        }),
        list: { padding: 4 },
      },
    },
    MuiSelect: { defaultProps: { MenuProps: { slotProps: { root: outsideOfLandmarks() } } } },
    MuiAutocomplete: {
      defaultProps: { slotProps: { popper: outsideOfLandmarks() } },
      styleOverrides: {
        paper: ({ theme }) => ({
          border: `1px solid ${theme.vars.palette.divider}`,
          boxShadow: `0 8px 24px ${alpha("#000000", 0.12)}`,
          fontSize: "0.875rem",
        }),
      },
    },
    MuiMenuItem: {
      styleOverrides: {
        root: ({ theme }) => ({
          borderRadius: 6,
          minHeight: 32,
          fontSize: "0.875rem",
          "&.Mui-focusVisible": { ...focusRing(theme), outlineOffset: -2 },
        }),
      },
    },
    MuiTooltip: {
      defaultProps: { enterDelay: 400, enterNextDelay: 200 },
      styleOverrides: { tooltip: { fontSize: "0.75rem", maxWidth: 360 } },
    },
    MuiTextField: { defaultProps: { size: "small", fullWidth: true } },
    MuiFormControl: { defaultProps: { size: "small" } },
    MuiInputBase: {
      styleOverrides: {
        input: ({ theme }) => ({
          "&::placeholder": { color: theme.vars.palette.text.secondary, opacity: 1 },
        }),
      },
    },
    MuiOutlinedInput: {
      styleOverrides: {
        notchedOutline: ({ theme }) => ({ borderColor: theme.vars.palette.control }),
      },
    },
    MuiChip: {
      defaultProps: { size: "small" },
      styleOverrides: {
        root: { borderRadius: 6, fontSize: "0.8125rem", fontWeight: 500 },
        outlined: ({ theme }) => ({ borderColor: theme.vars.palette.divider }),
      },
    },
    MuiAlert: {
      // In the dark, MUI's own background of a filled alert has too little contrast with its text.
      variants: (["success", "warning", "error", "info"] as const).map((severity) => ({
        props: { variant: "filled", severity },
        style: ({ theme }) =>
          theme.applyStyles("dark", {
            backgroundColor: light[severity].main,
            color: light[severity].contrastText,
          }),
      })),
      styleOverrides: { root: { borderRadius: 8, fontSize: "0.875rem", alignItems: "center" } },
    },
    MuiSkeleton: { defaultProps: { animation: "pulse" } },
    MuiLink: { defaultProps: { underline: "hover" } },
    MuiDataGrid: {
      styleOverrides: {
        root: ({ theme }) => ({
          border: 0,
          fontSize: "0.8125rem",
          "--DataGrid-t-header-background-base": theme.vars.palette.background.default,
          "& .MuiDataGrid-columnHeaderTitle": {
            fontWeight: 500,
            lineHeight: 1.6,
            color: theme.vars.palette.text.secondary,
          },
          "& .MuiDataGrid-row": { cursor: "default" },
        }),
      },
    },
  },
});
