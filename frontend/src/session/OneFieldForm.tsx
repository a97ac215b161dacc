import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import type { HTMLAttributes, ReactNode, SubmitEvent } from "react";

interface Props {
  title: string;
  text: ReactNode;
  label: string;
  value: string;
  /** Why the value is not accepted. */
  error: string | null;
  submitLabel: string;
  pending: boolean;
  input: HTMLAttributes<HTMLInputElement> & { maxLength: number; autoComplete: string };
  placeholder?: string;
  onChange: (value: string) => void;
  onSubmit: () => void;
  /** Shown below the button. */
  children?: ReactNode;
}

/** A form of the sign-in screen with one field and one button. */
export function OneFieldForm(props: Props) {
  const { title, text, label, value, error, submitLabel, pending, input, placeholder, children } = props;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!pending) props.onSubmit();
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      style={{ display: "flex", flexDirection: "column", gap: 16, width: "100%" }}
    >
      <div>
        <Typography variant="h2">{title}</Typography>
        {typeof text === "string" ? <Typography color="textSecondary">{text}</Typography> : text}
      </div>
      <TextField
        autoFocus
        label={label}
        placeholder={placeholder ?? ""}
        value={value}
        onChange={(event) => props.onChange(event.target.value)}
        error={error !== null}
        helperText={error}
        slotProps={{ htmlInput: { spellCheck: false, ...input }, formHelperText: { role: "alert" } }}
      />
      <Button type="submit" variant="contained" fullWidth loading={pending}>
        {submitLabel}
      </Button>
      {children}
    </form>
  );
}
