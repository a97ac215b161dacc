import Box from "@mui/material/Box";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { textSizes } from "../bridge/appearance";
import { formatPercent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Facts } from "../parts/Facts";
import { DarkIcon, LightIcon, SystemIcon } from "../parts/icons";
import { PageHeader } from "../parts/PageHeader";
import { useAppearance } from "../session/appearance";
import { useSession } from "../session/session";
import { ClaimInvite } from "./ClaimInvite";
import { OrganisationSettings } from "./Organisation";

/** The settings of the app and the organisation, and the facts about the app. */
export default function Settings() {
  const { startup, notKept, can, grant } = useSession();
  const address = startup.api_url_managed
    ? `${startup.api_url} · ${t("settings.apiManaged")}`
    : startup.api_url;
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
      <Section title={t("settings.about")}>
        <Facts
          facts={[
            { label: t("settings.api"), value: address },
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
      <span>{t("settings.theme")}</span>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={theme}
        aria-label={t("settings.theme")}
        onChange={(_, chosen) => chosen && change({ theme: chosen })}
      >
        {themes.map(({ name, icon }) => (
          <ToggleButton key={name} value={name} sx={{ gap: 1 }}>
            {icon}
            {t(`shell.account.${name}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <span>{t("settings.density.title")}</span>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={density}
        aria-label={t("settings.density.title")}
        onChange={(_, chosen) => chosen && change({ density: chosen })}
      >
        <ToggleButton value="comfortable">{t("settings.density.comfortable")}</ToggleButton>
        <ToggleButton value="compact">{t("settings.density.compact")}</ToggleButton>
      </ToggleButtonGroup>
      <span>{t("settings.textSize")}</span>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={text_size}
        aria-label={t("settings.textSize")}
        onChange={(_, chosen) => chosen && change({ text_size: chosen })}
      >
        {textSizes.map((size) => (
          <ToggleButton key={size} value={size}>
            {formatPercent(size / 100)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </Box>
  );
}

const themes = [
  { name: "system", icon: <SystemIcon /> },
  { name: "light", icon: <LightIcon /> },
  { name: "dark", icon: <DarkIcon /> },
] as const;
