import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import { t } from "../i18n/i18n";

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Turns a filter into its opposite. */
export function NotBox({ checked, onChange }: Props) {
  return (
    <FormControlLabel
      control={
        <Checkbox size="small" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      }
      label={t("parts.filter.isNot")}
      slotProps={{ typography: { variant: "body2" } }}
      sx={{ mt: 1, display: "flex" }}
    />
  );
}
