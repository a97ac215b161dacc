import Box from "@mui/material/Box";
import { useColorScheme } from "@mui/material/styles";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { t } from "../i18n/i18n";
import { Facts } from "../parts/Facts";
import { DarkIcon, LightIcon, SystemIcon } from "../parts/icons";
import { PageHeader } from "../parts/PageHeader";
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
        <Appearance />
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

function Appearance() {
  const { mode, setMode } = useColorScheme();
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      value={mode}
      aria-label={t("settings.appearance")}
      onChange={(_, chosen) => chosen && setMode(chosen)}
    >
      <ToggleButton value="system" sx={{ gap: 1 }}>
        <SystemIcon />
        {t("shell.account.system")}
      </ToggleButton>
      <ToggleButton value="light" sx={{ gap: 1 }}>
        <LightIcon />
        {t("shell.account.light")}
      </ToggleButton>
      <ToggleButton value="dark" sx={{ gap: 1 }}>
        <DarkIcon />
        {t("shell.account.dark")}
      </ToggleButton>
    </ToggleButtonGroup>
  );
}
