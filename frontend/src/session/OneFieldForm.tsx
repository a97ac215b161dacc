import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import type { HTMLAttributes, ReactNode, SubmitEvent } from "react";

interface Props {
  title: string;
  text: string;
  label: string;
  value: string;
  /** Why the value will not do. */
  error: string | null;
  submitLabel: string;
  pending: boolean;
  input: HTMLAttributes<HTMLInputElement> & { maxLength: number; autoComplete: string };
  placeholder?: string;
  onChange: (value: string) => void;
  onSubmit: () => void;
  /** Under the button: the way back. */
  children?: ReactNode;
}

/** One question of the sign-in screen: a field, a button, Enter sends it. */
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
        <Typography color="textSecondary">{text}</Typography>
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
