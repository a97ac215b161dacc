import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import TextField from "@mui/material/TextField";
import { useId, useState } from "react";
import { limits } from "../bridge/limits";
import type { View, ViewList } from "../bridge/models";
import { useChangeView, useCreateView } from "../bridge/viewMutations";
import { t } from "../i18n/i18n";
import { FormDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";

interface Props {
  list: ViewList;
  /** What a new view saves. */
  query: string;
  /** The view to change; without one, a new view is saved. */
  view?: View;
  onSaved?: (view: View) => void;
  onClose: () => void;
}

/** Saves a new view, or renames and shares one. */
export function ViewDialog({ list, query, view, onSaved, onClose }: Props) {
  const { grant, can } = useSession();
  const create = useCreateView(grant.id);
  const change = useChangeView(grant.id);
  const notify = useNotify();
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const [opening, setOpening] = useState(false);
  const [empty, setEmpty] = useState(false);
  const { error, isPending } = view ? change : create;
  const onSuccess = (saved: View) => {
    notify({ tone: "success", text: t("views.saved", { name: saved.name }) });
    onSaved?.(saved);
    onClose();
  };
  const submit = () => {
    setEmpty(name.trim() === "");
    if (name.trim() === "") return;
    if (!view) return create.mutate({ list, name, query, shared, default: opening }, { onSuccess });
    change.mutate(
      { id: view.id, change: { name, ...(shared !== view.shared && { shared }) } },
      { onSuccess },
    );
  };
  // Another administrator's view can only be deleted.
  const mayShare = can("share_views") && (!view || view.own || !view.shared);
  return (
    <FormDialog
      open
      title={view ? t(mayShare ? "views.edit" : "views.rename", { name: view.name }) : t("views.save")}
      submitLabel={t(view ? "views.form.change" : "views.form.save")}
      pending={isPending}
      problem={error?.field === "query" ? null : error}
      blocked={error?.field === "query" ? error.message : null}
      onClose={onClose}
      onSubmit={submit}
    >
      {!view && <div>{t("views.form.text")}</div>}
      <TextField
        label={t("views.form.name")}
        value={name}
        required
        error={empty || error?.field === "name"}
        helperText={empty ? t("views.form.empty") : error?.field === "name" ? error.message : " "}
        onChange={(event) => {
          setName([...event.target.value].slice(0, limits.viewName).join(""));
          setEmpty(false);
        }}
        slotProps={{ htmlInput: { autoComplete: "off" } }}
      />
      {mayShare && (
        <Choice
          label={t("views.form.shared", { node: grant.node })}
          text={t("views.form.sharedText")}
          on={shared}
          onChange={setShared}
        />
      )}
      {!view && <Choice label={t("views.form.default")} on={opening} onChange={setOpening} />}
    </FormDialog>
  );
}

interface ChoiceProps {
  label: string;
  text?: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Choice({ label, text, on, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div>
      <FormControlLabel
        label={label}
        control={
          <Checkbox
            checked={on}
            onChange={(_, next) => onChange(next)}
            slotProps={{ input: text ? { "aria-describedby": id } : {} }}
          />
        }
      />
      {text && (
        <FormHelperText id={id} sx={{ mx: 0 }}>
          {text}
        </FormHelperText>
      )}
    </div>
  );
}
