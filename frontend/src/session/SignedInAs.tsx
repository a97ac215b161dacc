import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ProviderID } from "../bridge/models";
import { t } from "../i18n/i18n";
import { CopyButton } from "../parts/CopyButton";

interface Props {
  /** Of the sign-in that was refused; null for a user who is signed in. */
  provider: ProviderID | null;
  address: string;
}

/** The address that signed in, with a button to copy it for the administrator. */
export function SignedInAs({ provider, address }: Props) {
  const { text, copied } = provider ? inSignIn(provider, address) : signedIn(address);
  return (
    <Box sx={{ display: "flex", flexDirection: "column", alignItems: "flex-start", gap: 1, mt: 1 }}>
      <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
        {text}
      </Typography>
      <CopyButton text={copied} label={t("session.signedInAs.copy")} />
    </Box>
  );
}

function inSignIn(provider: ProviderID, address: string) {
  const named = { provider: t(`words.provider.${provider}`), address };
  return { text: t("session.signedInAs.text", named), copied: t("session.signedInAs.copied", named) };
}

const signedIn = (address: string) => ({
  text: t("session.signedInAs.textHere", { address }),
  copied: t("session.signedInAs.copiedHere", { address }),
});
