import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormHelperText from "@mui/material/FormHelperText";
import type { ReactNode } from "react";
import { t } from "../i18n/i18n";

interface Props {
  /** What is wrong with what was entered; "" for nothing. */
  wrong: string;
  /** The id of the text of what is wrong, which the fields refer to. */
  errorId: string;
  onApply: () => void;
  onAny: () => void;
  children: ReactNode;
}

/** The form of a filter: its fields, what is wrong with them, "Any" and "Apply". */
export function FilterForm({ wrong, errorId, onApply, onAny, children }: Props) {
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onApply();
      }}
    >
      {children}
      {wrong && (
        <FormHelperText id={errorId} error role="alert" sx={{ mx: 0 }}>
          {wrong}
        </FormHelperText>
      )}
      <Box sx={{ display: "flex", justifyContent: "flex-end", gap: 1, mt: 1.5 }}>
        <Button variant="text" onClick={onAny}>
          {t("parts.filter.any")}
        </Button>
        <Button type="submit" variant="contained">
          {t("parts.filter.range.apply")}
        </Button>
      </Box>
    </Box>
  );
}
