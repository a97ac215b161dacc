// Every shortcut of the app, from which its keys are matched and listed. Arrows, Enter and Escape in menus, dialogs and
// fields are those of every app and are not among them.

interface Keys {
  /** As in KeyboardEvent.key; letters in small. */
  key: string;
  /** Ctrl, or ⌘ on a Mac. */
  ctrl?: boolean;
  alt?: boolean;
  shift?: boolean;
  /** Listed on these computers only. On a Mac Alt with an arrow moves the caret by a word, so that it does nothing else. */
  on?: "mac" | "others";
}

interface Shortcut {
  /** Where it works. */
  group: "everywhere" | "list" | "header";
  /** Any of these. */
  keys: Keys[];
}

const isMac = /Mac/.test(navigator.userAgent);

const define = <Name extends string>(table: Record<Name, Shortcut>): Record<Name, Shortcut> => table;

export const shortcuts = define({
  palette: { group: "everywhere", keys: [{ key: "k", ctrl: true }] },
  searchList: { group: "everywhere", keys: [{ key: "/" }, { key: "f", ctrl: true }] },
  help: { group: "everywhere", keys: [{ key: "?" }] },
  back: {
    group: "everywhere",
    keys: [
      { key: "ArrowLeft", alt: true, on: "others" },
      { key: "[", ctrl: true, on: "mac" },
    ],
  },
  forward: {
    group: "everywhere",
    keys: [
      { key: "ArrowRight", alt: true, on: "others" },
      { key: "]", ctrl: true, on: "mac" },
    ],
  },
  larger: {
    group: "everywhere",
    keys: [
      { key: "+", ctrl: true },
      { key: "=", ctrl: true },
    ],
  },
  smaller: {
    group: "everywhere",
    keys: [
      { key: "-", ctrl: true },
      { key: "_", ctrl: true },
    ],
  },
  usualSize: { group: "everywhere", keys: [{ key: "0", ctrl: true }] },
  next: { group: "list", keys: [{ key: "j" }, { key: "ArrowDown" }] },
  previous: { group: "list", keys: [{ key: "k" }, { key: "ArrowUp" }] },
  open: { group: "list", keys: [{ key: "Enter" }] },
  select: { group: "list", keys: [{ key: " " }] },
  selectRange: { group: "list", keys: [{ key: " ", shift: true }] },
  selectAll: { group: "list", keys: [{ key: "a", ctrl: true }] },
  copy: { group: "list", keys: [{ key: "c", ctrl: true }] },
  copyLink: { group: "list", keys: [{ key: "l" }] },
  menu: { group: "list", keys: [{ key: "F10", shift: true }, { key: "ContextMenu" }] },
  sortAlso: { group: "header", keys: [{ key: "Enter", shift: true }] },
  narrower: { group: "header", keys: [{ key: "ArrowLeft", shift: true }] },
  wider: { group: "header", keys: [{ key: "ArrowRight", shift: true }] },
  columnLeft: { group: "header", keys: [{ key: "ArrowLeft", shift: true, ctrl: true }] },
  columnRight: { group: "header", keys: [{ key: "ArrowRight", shift: true, ctrl: true }] },
});

export type ShortcutName = keyof typeof shortcuts;

/** What a key event has of the keys that were pressed. */
type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Whether the keys of a shortcut were pressed. */
export const pressed = (event: Pressed, name: ShortcutName): boolean =>
  shortcuts[name].keys.some((keys) => matches(event, keys));

function matches(event: Pressed, { key, ctrl = false, alt = false, shift = false, on }: Keys): boolean {
  if (on === "others" && isMac) return false;
  const same = key.length === 1 ? event.key.toLowerCase() === key : event.key === key;
  // On which key a sign is, and whether with Shift, depends on the keyboard.
  const isSign = key.length === 1 && /[^a-z\s]/.test(key);
  return (
    same &&
    ctrl === (event.ctrlKey || event.metaKey) &&
    alt === event.altKey &&
    (isSign || shift === event.shiftKey)
  );
}

/** The keys of a shortcut on this computer. */
export const keysOf = (name: ShortcutName): Keys[] =>
  shortcuts[name].keys.filter(({ on }) => on === undefined || (on === "mac") === isMac);

/** The first of these shortcuts whose keys were pressed. */
export const firstPressed = <Name extends ShortcutName>(event: Pressed, names: Name[]): Name | undefined =>
  names.find((name) => pressed(event, name));

/** Whether something is typed into the element in which an event happened. */
export const isTyping = ({ target }: { target: EventTarget | null }) =>
  target instanceof Element &&
  target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

/** Whether a dialog or a menu covers the screen. */
export const isCovered = () => document.querySelector(".MuiModal-root") !== null;

const signs: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ContextMenu: "☰",
  " ": "Space",
};

/** The first keys of a shortcut as they are written: "Alt+←". */
export const keyText = (name: ShortcutName) => keysOf(name).slice(0, 1).flatMap(keyNames).join("+");

/** The first keys of a shortcut as a value of aria-keyshortcuts: "Alt+ArrowLeft". */
export const ariaKeys = (name: ShortcutName) =>
  keysOf(name)
    .slice(0, 1)
    .flatMap(({ key, ctrl, alt, shift }) => [
      ...(ctrl ? [isMac ? "Meta" : "Control"] : []),
      ...(alt ? ["Alt"] : []),
      ...(shift ? ["Shift"] : []),
      key.length === 1 ? key.toUpperCase() : key,
    ])
    .join("+");

/** The names of the keys in their order: Ctrl, Shift, A. */
export function keyNames({ key, ctrl, alt, shift }: Keys): string[] {
  return [
    ...(ctrl ? [isMac ? "⌘" : "Ctrl"] : []),
    ...(alt ? ["Alt"] : []),
    ...(shift ? ["Shift"] : []),
    signs[key] ?? (key.length === 1 ? key.toUpperCase() : key),
  ];
}
