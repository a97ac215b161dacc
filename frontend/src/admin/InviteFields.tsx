import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { type Control, Controller, type FieldPath, useWatch } from "react-hook-form";
import { providerIDs } from "../bridge/enums";
import { limits } from "../bridge/limits";
import type { Role } from "../bridge/models";
import { ClientPicker, MSPPicker } from "../customers/NodePicker";
import { t } from "../i18n/i18n";
import { type InviteForm, needsClient, needsMSP, validDays } from "./inviteForm";

interface Props {
  control: Control<InviteForm>;
  roles: Role[];
  /** False for an administrator of one MSP, whose own MSP is used. */
  choosesMSP: boolean;
}

/** The fields that the chosen role and provider need. */
export function InviteFields({ control, roles, choosesMSP }: Props) {
  const [role, provider] = useWatch({ control, name: ["role", "provider"] });
  return (
    <>
      <Text control={control} name="email" label={t("admin.form.email")} type="email" autoFocus />
      <Choice
        control={control}
        name="role"
        label={t("admin.form.role")}
        options={roles.map((value) => ({ value, label: t(`words.role.${value}`) }))}
      />
      {needsMSP(role) && choosesMSP && (
        <Controller
          control={control}
          name="msp"
          render={({ field, fieldState }) => <MSPPicker {...field} error={fieldState.error?.message} />}
        />
      )}
      {needsClient(role) && (
        <Controller
          control={control}
          name="client"
          render={({ field, fieldState }) => <ClientPicker {...field} error={fieldState.error?.message} />}
        />
      )}
      <Choice
        control={control}
        name="provider"
        label={t("admin.form.provider")}
        options={providerIDs.map((value) => ({ value, label: t(`words.provider.${value}`) }))}
      />
      <Box sx={{ display: "grid", gap: 2 }}>
        <Typography variant="body2" color="textSecondary">
          {t(`admin.form.optional.${provider}`)}
        </Typography>
        {provider === "entra" && <Text control={control} name="tenant" label={t("admin.form.tenant")} />}
        <Text control={control} name="domain" label={t(`admin.form.domain.${provider}`)} />
      </Box>
      <Choice
        control={control}
        name="days"
        label={t("admin.form.expires")}
        options={validDays.map((value) => ({ value, label: t("admin.form.expiresDays", { count: value }) }))}
      />
    </>
  );
}

interface FieldProps {
  control: Control<InviteForm>;
  name: FieldPath<InviteForm>;
  label: string;
}

function Text({ control, name, label, ...rest }: FieldProps & { type?: string; autoFocus?: boolean }) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: { ref, ...field }, fieldState }) => (
        <TextField
          {...field}
          {...rest}
          inputRef={ref}
          label={label}
          error={fieldState.invalid}
          helperText={fieldState.error?.message}
          slotProps={{ htmlInput: { spellCheck: false, autoComplete: "off", maxLength: limits.email } }}
        />
      )}
    />
  );
}

interface ChoiceProps extends FieldProps {
  options: { value: string | number; label: string }[];
}

function Choice({ control, name, label, options }: ChoiceProps) {
  const id = useId();
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: { ref, ...field }, fieldState }) => (
        <TextField
          {...field}
          select
          id={id}
          inputRef={ref}
          label={label}
          error={fieldState.invalid}
          helperText={fieldState.error?.message}
        >
          {options.map(({ value, label: name }) => (
            <MenuItem key={value} value={value}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      )}
    />
  );
}
