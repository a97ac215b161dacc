import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ProviderID } from "../bridge/models";
import { t } from "../i18n/i18n";
import { CopyButton } from "../parts/CopyButton";

interface Props {
  provider: ProviderID | null;
  address: string;
}

/** The address that signed in, with a button to copy it for the administrator. */
export function SignedInAs({ provider, address }: Props) {
  const named = { provider: t(`words.provider.${provider ?? "google"}`), address };
  return (
    <Box sx={{ display: "flex", flexDirection: "column", alignItems: "flex-start", gap: 0.5, mt: 1 }}>
      <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
        {t("session.signedInAs.text", named)}
      </Typography>
      <CopyButton text={t("session.signedInAs.copied", named)} label={t("session.signedInAs.copy")} />
    </Box>
  );
}
