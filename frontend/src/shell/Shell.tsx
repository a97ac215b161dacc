import Box from "@mui/material/Box";
import useMediaQuery from "@mui/material/useMediaQuery";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useLocation } from "react-router";
import { useOutage } from "../bridge/outage";
import { t } from "../i18n/i18n";
import { focusRing } from "../parts/focusRing";
import { ListPlacesProvider } from "../parts/listPlaces";
import { OutageBannerShown } from "../parts/outageBanner";
import { ShownDataAsOf } from "../parts/shownDataAsOf";
import { useAppearance } from "../session/appearance";
import { AccountMenu } from "./AccountMenu";
import { Banners } from "./Banners";
import { DataAge, useDataAsOf } from "./DataAge";
import { HistoryButtons } from "./HistoryButtons";
import { Palette } from "./Palette";
import { Rail, type RailEntry } from "./Rail";
import { ScopeSwitch } from "./ScopeSwitch";
import { SearchButton } from "./SearchButton";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { useBusyNotice } from "./useBusyNotice";
import { usePlaces } from "./usePlaces";
import { useShellKeys } from "./useShellKeys";
import { useShowOpenedLink } from "./useShowOpenedLink";

interface Props {
  rail: RailEntry[];
  children: ReactNode;
}

/** The frame around every screen: rail, top bar, banners, the palette on Ctrl+K, the shortcuts on "?". */
export function Shell({ rail, children }: Props) {
  const narrow = useMediaQuery("(max-width: 899px)", { noSsr: true });
  const { appearance, change } = useAppearance();
  const [searching, setSearching] = useState(false);
  const dataAsOf = useDataAsOf();
  const places = usePlaces();
  useBusyNotice();
  useShowOpenedLink();
  const [helping, setHelping] = useState(false);
  useShellKeys({ onPalette: () => setSearching((open) => !open), onHelp: () => setHelping(true) });
  return (
    <ListPlacesProvider value={places}>
      <Box sx={{ display: "flex", height: "100%", overflow: "hidden" }}>
        <SkipLink />
        <Rail
          entries={rail}
          folded={narrow || appearance.folded}
          onFold={narrow ? undefined : () => change({ folded: !appearance.folded })}
        />
        <Box sx={{ flex: 1, minWidth: 0, display: "flex", flexDirection: "column" }}>
          <TopBar onSearch={() => setSearching(true)} onHelp={() => setHelping(true)} />
          <Banners />
          <OutageBannerShown value={useOutage() !== null}>
            <ShownDataAsOf value={dataAsOf}>
              <Main>{children}</Main>
            </ShownDataAsOf>
          </OutageBannerShown>
        </Box>
        {searching && <Palette rail={rail} onClose={() => setSearching(false)} />}
        {helping && <ShortcutsDialog onClose={() => setHelping(false)} />}
      </Box>
    </ListPlacesProvider>
  );
}

/** First in the tab order. A button instead of a link, because the router uses the hash. */
function SkipLink() {
  return (
    <Box
      component="button"
      type="button"
      onClick={() => document.getElementById("content")?.focus()}
      sx={(theme) => ({
        position: "absolute",
        left: 8,
        top: -60,
        zIndex: 20,
        px: 2,
        py: 1,
        font: "inherit",
        color: "text.primary",
        bgcolor: "background.paper",
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        "&:focus": { top: 8 },
        "&:focus-visible": focusRing(theme),
      })}
    >
      {t("shell.skip")}
    </Box>
  );
}

function TopBar({ onSearch, onHelp }: { onSearch: () => void; onHelp: () => void }) {
  return (
    <Box
      component="header"
      sx={(theme) => ({
        height: 48,
        flexShrink: 0,
        display: "grid",
        gridTemplateColumns: "minmax(160px, 1fr) minmax(0, 360px) minmax(max-content, 1fr)",
        alignItems: "center",
        gap: 2,
        px: 2,
        bgcolor: theme.vars.palette.frame,
        borderBottom: `1px solid ${theme.vars.palette.divider}`,
        "@media (max-width: 1099px)": {
          gridTemplateColumns: "minmax(0, 1fr) minmax(0, 200px) auto",
          "& .age-text": { maxWidth: 240, overflow: "hidden", textOverflow: "ellipsis" },
        },
        "@media (max-width: 759px)": {
          gridTemplateColumns: "minmax(0, 1fr) auto auto",
          gap: 1,
          // Visually hidden, for assistive technology.
          "& .age-text": { position: "absolute", width: "1px", height: "1px", clipPath: "inset(50%)" },
        },
      })}
    >
      <Box sx={{ display: "flex", alignItems: "center", gap: 1, minWidth: 0 }}>
        <HistoryButtons />
        <ScopeSwitch />
      </Box>
      <SearchButton onOpen={onSearch} />
      <Box sx={{ display: "flex", alignItems: "center", justifyContent: "flex-end", gap: 1.5, minWidth: 0 }}>
        <DataAge />
        <AccountMenu onHelp={onHelp} />
      </Box>
    </Box>
  );
}

/** The content area; another screen scrolls it to the top. */
function Main({ children }: { children: ReactNode }) {
  const main = useRef<HTMLElement>(null);
  const [, screen] = useLocation().pathname.split("/");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the effect depends on the screen's name only
  useEffect(() => {
    main.current?.scrollTo(0, 0);
  }, [screen]);
  return (
    <Box
      component="main"
      id="content"
      ref={main}
      tabIndex={-1}
      sx={{
        flex: 1,
        minHeight: 0,
        overflow: "auto",
        display: "flex",
        flexDirection: "column",
        p: 3,
        pb: 2,
        outline: "none",
        "@media (max-width: 759px)": { p: 2 },
      }}
    >
      {children}
    </Box>
  );
}
