import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import type { ReactNode, Ref } from "react";
import { t } from "../i18n/i18n";
import { ariaKeys, keyText, type ShortcutName } from "./shortcuts";

interface Props {
  name: string;
  /** The shortcut that does the same. */
  shortcut: ShortcutName;
  icon: ReactNode;
  /** Absent where it does nothing now; it keeps the focus, which a disabled button would lose. */
  onClick: (() => void) | undefined;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with an icon, whose tooltip names its shortcut. */
export function KeyedButton({ name, shortcut, icon, onClick, ref }: Props) {
  const disabled = onClick === undefined;
  return (
    <Tooltip title={t("parts.byKey", { action: name, keys: keyText(shortcut) })}>
      <IconButton
        ref={ref}
        aria-label={name}
        aria-keyshortcuts={ariaKeys(shortcut)}
        aria-disabled={disabled}
        onClick={onClick}
        sx={disabled ? { color: "text.disabled", cursor: "default" } : { color: "text.secondary" }}
      >
        {icon}
      </IconButton>
    </Tooltip>
  );
}
