import Button, { type ButtonProps } from "@mui/material/Button";

interface Props extends Omit<ButtonProps, "sx" | "disabled"> {
  /** Blocks clicks. The button keeps the focus, which a disabled one would lose. */
  busy: boolean;
}

/** A button that keeps the focus while it is busy. */
export function BusyButton({ busy, onClick, ...props }: Props) {
  return (
    <Button
      {...props}
      aria-disabled={busy}
      {...(!busy && onClick && { onClick })}
      sx={{ "&[aria-disabled=true]": { color: "text.secondary", cursor: "default" } }}
    />
  );
}
