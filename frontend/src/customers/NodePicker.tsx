import Autocomplete from "@mui/material/Autocomplete";
import TextField from "@mui/material/TextField";
import { useEffect, useRef, useState } from "react";
import { limits } from "../bridge/limits";
import { type List, useList } from "../bridge/lists";
import type { Client, MSP } from "../bridge/models";
import { clientsQuery, mspsQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { focusField } from "../parts/focusField";
import { useDebounced } from "../parts/useDebounced";
import { useSession } from "../session/session";

/** An MSP or a client, as the value of a picker. */
export interface Node {
  id: string;
  name: string;
}

interface Props {
  value: Node | null;
  onChange: (value: Node | null) => void;
  onBlur?: () => void;
  error: string | undefined;
  autoFocus?: boolean;
}

/** Searches the MSPs in scope on the server. */
export function MSPPicker(props: Props) {
  const { grant } = useSession();
  const [typed, setTyped] = useState("");
  const list = useList(mspsQuery(grant.id, { q: useDebounced(typed, 200), status: "active" }));
  return <Picker {...props} label={t("customers.picker.msp")} list={list} onType={setTyped} />;
}

/** Searches the clients in scope on the server. An option names the client's MSP too. */
export function ClientPicker(props: Props) {
  const { grant } = useSession();
  const [typed, setTyped] = useState("");
  const list = useList(clientsQuery(grant.id, { q: useDebounced(typed, 200), status: "active" }));
  return <Picker {...props} label={t("customers.picker.client")} list={list} onType={setTyped} />;
}

type Option = Node & { msp_name?: string | null };

interface PickerProps extends Props {
  label: string;
  list: List<MSP> | List<Client>;
  onType: (q: string) => void;
}

function Picker({ value, onChange, onBlur, error, autoFocus, label, list, onType }: PickerProps) {
  const { rows, total, loading, refreshing, problem } = list;
  const count = total ?? 0;
  const note = rows.length < count ? t("customers.picker.more", { shown: rows.length, count }) : undefined;
  const options: Option[] = rows;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) focusField(input.current);
  }, [autoFocus]);
  return (
    <Autocomplete<Option>
      options={options}
      value={value}
      onChange={(_, chosen) => onChange(chosen && { id: chosen.id, name: chosen.name })}
      // The text of the chosen option is not searched for.
      onInputChange={(_, text, reason) =>
        onType(reason === "input" ? text.trim().slice(0, limits.search) : "")
      }
      {...(onBlur && { onBlur })}
      getOptionKey={({ id }) => id}
      getOptionLabel={({ name }) => name}
      isOptionEqualToValue={(option, chosen) => option.id === chosen.id}
      filterOptions={(found) => found}
      openOnFocus={autoFocus ?? false}
      loading={loading || refreshing}
      loadingText={t("customers.picker.loading")}
      noOptionsText={t(problem ? "customers.picker.searchFailed" : "customers.picker.none")}
      openText={t("customers.picker.open")}
      closeText={t("customers.picker.close")}
      clearText={t("customers.picker.clear")}
      size="small"
      renderOption={({ key, ...item }, { name, msp_name }) => (
        <li key={key} {...item}>
          {msp_name ? `${name} (${msp_name})` : name}
        </li>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          inputRef={input}
          label={label}
          placeholder={t("customers.picker.placeholder")}
          error={error !== undefined}
          helperText={error ?? note}
        />
      )}
    />
  );
}
