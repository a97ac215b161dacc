import Button, { type ButtonProps } from "@mui/material/Button";
import { useEffect, useState } from "react";
import { copyText } from "../bridge/clipboard";
import { t } from "../i18n/i18n";
import { CheckIcon, CopyIcon } from "./icons";
import { useNotify } from "./Notices";

interface Props extends Omit<ButtonProps, "onClick" | "children"> {
  text: string;
  /** The text of the button; default "Copy". */
  label?: string;
  /** Called once the text is on the clipboard. */
  onCopied?: () => void;
}

/** Copies text and shows "Copied" for two seconds. */
export function CopyButton({ text, label = t("parts.actions.copy"), onCopied, ...button }: Props) {
  const [copied, setCopied] = useState(false);
  const notify = useNotify();
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    copyText(text).then(
      () => {
        setCopied(true);
        onCopied?.();
      },
      () => notify({ tone: "error", text: t("parts.actions.copyFailed") }),
    );
  return (
    <Button startIcon={copied ? <CheckIcon /> : <CopyIcon />} {...button} onClick={() => void copy()}>
      {copied ? t("parts.actions.copied") : label}
    </Button>
  );
}
