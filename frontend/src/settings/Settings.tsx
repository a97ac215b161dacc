import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { textSizes } from "../bridge/appearance";
import type { Startup } from "../bridge/models";
import { formatList, formatPercent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { type Fact, Facts } from "../parts/Facts";
import { DarkIcon, LightIcon, SystemIcon } from "../parts/icons";
import { PageHeader } from "../parts/PageHeader";
import { allowedProviders } from "../session/allowedProviders";
import { useAppearance } from "../session/appearance";
import { ManagedBy } from "../session/ManagedBy";
import { useSession } from "../session/session";
import { useSaveDiagnostics } from "../session/useSaveDiagnostics";
import { ClaimInvite } from "./ClaimInvite";
import { OrganisationSettings } from "./Organisation";

/** The settings of the app and the organisation, and the facts about the app. */
export default function Settings() {
  const { startup, notKept, can, grant } = useSession();
  const saveDiagnostics = useSaveDiagnostics();
  const address = startup.api_url_managed ? (
    <Locked value={startup.api_url} startup={startup} />
  ) : (
    startup.api_url
  );
  return (
    <Box sx={{ maxWidth: 640, display: "flex", flexDirection: "column", gap: 4 }}>
      <PageHeader title={t("settings.title")} />
      <Section title={t("settings.appearance")} text={t("settings.appearanceText")}>
        <AppearanceSettings />
      </Section>
      <Section title={t("settings.invite.title")} text={t("settings.invite.text")}>
        <ClaimInvite />
      </Section>
      {can("manage_organisation") && (
        <Section
          title={t("settings.organisation.title")}
          text={t("settings.organisation.text", { mssp: grant.mssp })}
        >
          <OrganisationSettings />
        </Section>
      )}
      <Section title={t("session.help")} text={t("session.diagnostics.text")}>
        <Button onClick={saveDiagnostics}>{t("session.diagnostics.save")}</Button>
      </Section>
      <Section title={t("settings.about")}>
        <Facts
          facts={[
            { label: t("settings.api"), value: address },
            ...lockedFacts(startup, can("export")),
            {
              label: t("settings.keyring"),
              value: t(notKept ? "settings.keyringNotKept" : "settings.keyringKept"),
            },
            { label: t("settings.version"), value: startup.version },
            { label: t("settings.commit"), value: startup.commit },
            { label: t("settings.platform"), value: startup.platform },
          ]}
        />
      </Section>
    </Box>
  );
}

/** What policy restricts, if anything. */
function lockedFacts(startup: Startup, mayExport: boolean): Fact[] {
  const facts: Fact[] = [];
  const allowed = allowedProviders(startup);
  if (allowed) {
    const names = formatList(allowed.map((id) => t(`words.provider.${id}`)));
    facts.push({ label: t("settings.signIn"), value: <Locked value={names} startup={startup} /> });
  }
  if (mayExport && !startup.allow_export) {
    const value = <Locked value={t("settings.exportsForbidden")} startup={startup} />;
    facts.push({ label: t("settings.exports"), value });
  }
  return facts;
}

/** A value that the user cannot change, and who manages it. */
function Locked({ value, startup }: { value: string; startup: Startup }) {
  return (
    <>
      {value} · <ManagedBy startup={startup} />
    </>
  );
}

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section>
      <Typography variant="h2">{title}</Typography>
      {text && (
        <Typography variant="body2" color="textSecondary">
          {text}
        </Typography>
      )}
      <Box sx={{ mt: 1.5 }}>{children}</Box>
    </section>
  );
}

const lines = { display: "grid", gridTemplateColumns: "max-content 1fr", gap: 1.5, alignItems: "center" };

function AppearanceSettings() {
  const { appearance, change } = useAppearance();
  const { theme, density, text_size } = appearance;
  return (
    <Box sx={lines}>
      <Choice
        title={t("settings.theme")}
        value={theme}
        values={themes.map(({ name, icon }) => ({ value: name, icon, text: t(`shell.account.${name}`) }))}
        onChoose={(chosen) => change({ theme: chosen })}
      />
      <Choice
        title={t("settings.density.title")}
        value={density}
        values={densities.map((name) => ({ value: name, text: t(`settings.density.${name}`) }))}
        onChoose={(chosen) => change({ density: chosen })}
      />
      <Choice
        title={t("settings.textSize")}
        value={text_size}
        values={textSizes.map((size) => ({ value: size, text: formatPercent(size / 100) }))}
        onChoose={(chosen) => change({ text_size: chosen })}
      />
    </Box>
  );
}

interface ChoiceProps<Value> {
  title: string;
  value: Value;
  values: { value: Value; text: string; icon?: ReactNode }[];
  onChoose: (value: Value) => void;
}

/** One of a few values, each a button; a second press of the chosen one changes nothing. */
function Choice<Value extends string | number>({ title, value, values, onChoose }: ChoiceProps<Value>) {
  return (
    <>
      <span>{title}</span>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={value}
        aria-label={title}
        onChange={(_, chosen: Value | null) => chosen !== null && onChoose(chosen)}
      >
        {values.map((one) => (
          <ToggleButton key={one.value} value={one.value} sx={{ gap: 1 }}>
            {one.icon}
            {one.text}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </>
  );
}

const densities = ["comfortable", "compact"] as const;

const themes = [
  { name: "system", icon: <SystemIcon /> },
  { name: "light", icon: <LightIcon /> },
  { name: "dark", icon: <DarkIcon /> },
] as const;
