import { useEffect, useRef } from "react";
import { firstPressed, isCovered, isTyping, type ShortcutName } from "../parts/shortcuts";

interface Acts {
  onPalette: () => void;
  onHelp: () => void;
}

/** The search field of the list on screen; null where there is none. */
const searchField = () => document.querySelector<HTMLInputElement>("#content [role=searchbox]");

/** Focuses the search field of the list on screen; returns whether there is one. */
function focusSearch(): boolean {
  const field = searchField();
  field?.focus();
  field?.select();
  return field !== null;
}

/** The shortcuts that work on every screen, besides the way back and the size of the text. */
export function useShellKeys(acts: Acts) {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    const act = (name: ShortcutName, event: KeyboardEvent): boolean => {
      const types = isTyping(event) && !event.ctrlKey && !event.metaKey;
      if (name !== "palette" && (types || isCovered())) return false;
      if (name === "searchList") return focusSearch();
      latest.current[name === "palette" ? "onPalette" : "onHelp"]();
      return true;
    };
    const onKey = (event: KeyboardEvent) => {
      const name = firstPressed(event, ["palette", "searchList", "help"]);
      if (name && !event.defaultPrevented && act(name, event)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
