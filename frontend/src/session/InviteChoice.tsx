import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormGroup from "@mui/material/FormGroup";
import FormHelperText from "@mui/material/FormHelperText";
import Typography from "@mui/material/Typography";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import type { InviteOffer } from "../bridge/models";
import { t } from "../i18n/i18n";
import { ProblemLine } from "../parts/FormDialog";
import { VisuallyHidden } from "../parts/VisuallyHidden";
import type { Choice } from "./useSignIn";

interface Props {
  choice: Choice;
  onSubmit: (ids: string[]) => void;
  onCancel: () => void;
}

/** Asks which of several invites for the same address to accept; none is preselected. */
export function InviteChoice({ choice, onSubmit, onCancel }: Props) {
  const { offers, signedInAs: address, changed, problem, pending } = choice;
  const [chosen, setChosen] = useState<readonly string[]>(choice.chosen);
  const [missing, setMissing] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  // The window may have changed while the browser had the focus; after a failure the button that had it is a new one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there is something new to read
  useEffect(() => title.current?.focus(), [offers, problem]);
  const toggle = (id: string, on: boolean) => {
    setMissing(false);
    setChosen(on ? [...chosen, id] : chosen.filter((other) => other !== id));
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const open = chosen.filter((id) => offers.some((offer) => offer.id === id));
    setMissing(open.length === 0);
    if (open.length > 0 && !pending) onSubmit(open);
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      style={{ display: "flex", flexDirection: "column", gap: 16, width: "100%" }}
    >
      <div>
        <Typography variant="h2" ref={title} tabIndex={-1} sx={{ outline: "none" }}>
          {t("session.invites.title")}
        </Typography>
        <Typography color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {address ? t("session.invites.text", { address }) : t("session.invites.textPlain")}
        </Typography>
      </div>
      {changed && <Alert severity="info">{t("session.invites.changed")}</Alert>}
      <FormControl component="fieldset" error={missing}>
        <VisuallyHidden as="legend">{t("session.invites.label")}</VisuallyHidden>
        <FormGroup sx={{ gap: 1 }}>
          {offers.map((offer) => (
            <Offer key={offer.id} offer={offer} on={chosen.includes(offer.id)} onToggle={toggle} />
          ))}
        </FormGroup>
        {missing && (
          <FormHelperText role="alert" sx={{ mx: 0 }}>
            {t("session.invites.required")}
          </FormHelperText>
        )}
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
      sx={{ alignItems: "flex-start", ml: -0.25 }}
      control={
        <Checkbox
          checked={on}
          onChange={(event) => onToggle(offer.id, event.target.checked)}
          // The ring of the focus stays clear of the name.
          sx={{ p: 0.25, mr: 1 }}
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
