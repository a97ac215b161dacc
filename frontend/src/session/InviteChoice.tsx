import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormGroup from "@mui/material/FormGroup";
import FormHelperText from "@mui/material/FormHelperText";
import FormLabel from "@mui/material/FormLabel";
import Typography from "@mui/material/Typography";
import { type SubmitEvent, useState } from "react";
import type { InviteOffer } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { ProblemLine } from "../parts/FormDialog";

interface Props {
  offers: InviteOffer[];
  /** Why the last choice failed. */
  problem: Problem | null;
  pending: boolean;
  onSubmit: (ids: string[]) => void;
  onCancel: () => void;
}

/** Asks which of several invites for the same address to accept; none is preselected. */
export function InviteChoice({ offers, problem, pending, onSubmit, onCancel }: Props) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [missing, setMissing] = useState(false);
  const toggle = (id: string, on: boolean) => {
    setMissing(false);
    setChosen(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(chosen.length === 0);
    if (chosen.length > 0 && !pending) onSubmit([...chosen]);
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      style={{ display: "flex", flexDirection: "column", gap: 16, width: "100%" }}
    >
      <div>
        <Typography variant="h2">{t("session.invites.title")}</Typography>
        <Typography color="textSecondary">{t("session.invites.text")}</Typography>
      </div>
      <FormControl component="fieldset" error={missing}>
        <FormLabel component="legend">{t("session.invites.label")}</FormLabel>
        <FormGroup>
          {offers.map((offer) => (
            <Offer key={offer.id} offer={offer} on={chosen.includes(offer.id)} onToggle={toggle} />
          ))}
        </FormGroup>
        {missing && <FormHelperText role="alert">{t("session.invites.required")}</FormHelperText>}
      </FormControl>
      {problem && <ProblemLine problem={problem} />}
      <Button type="submit" variant="contained" fullWidth loading={pending}>
        {t("session.invites.submit")}
      </Button>
      <Button variant="text" onClick={onCancel}>
        {t("parts.actions.cancel")}
      </Button>
    </form>
  );
}

interface OfferProps {
  offer: InviteOffer;
  on: boolean;
  onToggle: (id: string, on: boolean) => void;
}

function Offer({ offer, on, onToggle }: OfferProps) {
  const { organisation, mssp, needs_code } = offer;
  const role = t(`words.role.${offer.role}`);
  const details = [
    organisation === mssp ? role : t("session.invites.within", { role, mssp }),
    needs_code && t("session.invites.needsCode"),
  ];
  return (
    <FormControlLabel
      sx={{ alignItems: "flex-start", mt: 1 }}
      control={
        <Checkbox
          checked={on}
          onChange={(event) => onToggle(offer.id, event.target.checked)}
          sx={{ pt: 0.25 }}
        />
      }
      label={
        <>
          <Typography sx={{ fontWeight: 500, overflowWrap: "anywhere" }}>{organisation}</Typography>
          <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
            {details.filter(Boolean).join(" · ")}
          </Typography>
        </>
      }
    />
  );
}
