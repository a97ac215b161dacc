import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import type { Organisation } from "../bridge/models";
import { useChangeOrganisation } from "../bridge/mutations";
import { organisationQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { ErrorPanel } from "../parts/ErrorPanel";
import { ProblemLine } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession, useSessionControl } from "../session/session";

/** The settings of the MSSP, for its administrators. */
export function OrganisationSettings() {
  const { grant } = useSession();
  const query = useQuery(organisationQuery(grant.id));
  if (query.data) return <TimeZoneForm organisation={query.data} />;
  if (query.error) return <ErrorPanel problem={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Delayed>
      <SkeletonLines lines={2} />
    </Delayed>
  );
}

function TimeZoneForm({ organisation }: { organisation: Organisation }) {
  const { grant } = useSession();
  const { refresh } = useSessionControl();
  const notify = useNotify();
  const change = useChangeOrganisation(grant.id);
  const [zone, setZone] = useState(organisation.time_zone);
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    change.mutate(
      { time_zone: zone },
      {
        onSuccess: async () => {
          notify({ text: t("settings.organisation.saved", { zone }) });
          await refresh();
        },
      },
    );
  };
  const fieldError = change.error?.field === "time_zone" ? change.error.message : undefined;
  return (
    <form onSubmit={save} noValidate>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "flex-start" }}>
        <TimeZonePicker value={zone} zones={organisation.time_zones} error={fieldError} onChange={setZone} />
        <Button
          type="submit"
          variant="contained"
          loading={change.isPending}
          disabled={zone === organisation.time_zone}
        >
          {t("settings.organisation.save")}
        </Button>
      </Box>
      {change.error && fieldError === undefined && (
        <Box sx={{ mt: 1.5 }}>
          <ProblemLine problem={change.error} />
        </Box>
      )}
    </form>
  );
}

interface PickerProps {
  value: string;
  zones: string[];
  error: string | undefined;
  onChange: (zone: string) => void;
}

/** "Buenos Aires" finds America/Argentina/Buenos_Aires. */
const readable = (text: string) => text.toLowerCase().replaceAll(/[_/ ]+/g, " ");

function TimeZonePicker({ value, zones, error, onChange }: PickerProps) {
  return (
    <Autocomplete
      options={zones.includes(value) ? zones : [value, ...zones]}
      value={value}
      onChange={(_, zone) => onChange(zone)}
      disableClearable
      filterOptions={(all, { inputValue }) =>
        all.filter((zone) => readable(zone).includes(readable(inputValue).trim()))
      }
      noOptionsText={t("settings.organisation.none")}
      openText={t("settings.organisation.open")}
      closeText={t("settings.organisation.close")}
      size="small"
      sx={{ flex: "1 1 280px", maxWidth: 400 }}
      renderInput={(params) => (
        <TextField
          {...params}
          label={t("settings.organisation.timeZone")}
          error={error !== undefined}
          helperText={error}
        />
      )}
    />
  );
}
