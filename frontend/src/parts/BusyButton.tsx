import Button, { type ButtonProps } from "@mui/material/Button";

interface Props extends Omit<ButtonProps, "sx" | "disabled"> {
  /** Nothing can be pressed now. The button keeps the focus, which a disabled one would lose. */
  busy: boolean;
}

/** A button that rests for a while and is then pressed again by those who had the focus on it. */
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
