import { useColorScheme } from "@mui/material/styles";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { standardAppearance, textSizes } from "../bridge/appearance";
import type { Appearance } from "../bridge/models";
import { getPortal } from "../bridge/portal";
import { t } from "../i18n/i18n";
import { useNotify } from "../parts/Notices";
import { RowSizeProvider } from "../parts/rowSize";
import { firstPressed } from "../parts/shortcuts";

interface AppearanceControl {
  appearance: Appearance;
  /** Changes it at once, and for the next start. */
  change: (part: Partial<Appearance>) => void;
}

const Context = createContext<AppearanceControl>({
  appearance: standardAppearance,
  change: () => undefined,
});

/** How the user wants the app to look; the standard outside of the provider. */
export const useAppearance = () => useContext(Context);

/** The text size one step up or down; the same at the end of the steps. */
export function nextTextSize(now: Appearance["text_size"], step: 1 | -1): Appearance["text_size"] {
  return textSizes[textSizes.indexOf(now) + step] ?? now;
}

/** Keeps the appearance. Ctrl (or ⌘) with + - 0 changes the text size. */
export function AppearanceProvider({ initial, children }: { initial: Appearance; children: ReactNode }) {
  const [appearance, setAppearance] = useState(initial);
  const { setMode } = useColorScheme();
  const notify = useNotify();
  const change = (part: Partial<Appearance>) => {
    const next = { ...appearance, ...part };
    setAppearance(next);
    if (part.theme) setMode(part.theme);
    getPortal()
      .setAppearance(next)
      .catch(() => notify({ tone: "warning", text: t("parts.appearanceNotKept") }));
  };
  useLayoutEffect(() => {
    document.documentElement.style.fontSize = `${appearance.text_size}%`;
  }, [appearance.text_size]);
  useTextSizeKeys(appearance.text_size, (text_size) => change({ text_size }));
  const { density, text_size } = appearance;
  const rowSize = useMemo(
    () => ({ compact: density === "compact", scale: text_size / 100 }),
    [density, text_size],
  );
  return (
    <Context value={{ appearance, change }}>
      <RowSizeProvider value={rowSize}>{children}</RowSizeProvider>
    </Context>
  );
}

const steps = { larger: 1, smaller: -1, usualSize: undefined } as const;

function useTextSizeKeys(now: Appearance["text_size"], onChange: (to: Appearance["text_size"]) => void) {
  const latest = useRef({ now, onChange });
  latest.current = { now, onChange };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const name = firstPressed(event, ["larger", "smaller", "usualSize"]);
      if (!name) return;
      const step = steps[name];
      event.preventDefault();
      const { now, onChange } = latest.current;
      const next = step ? nextTextSize(now, step) : standardAppearance.text_size;
      if (next !== now) onChange(next);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
