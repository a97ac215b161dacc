import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import type { Startup } from "../bridge/models";
import { formatHost } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Logo } from "../parts/Logo";
import { ManagedBy } from "./ManagedBy";
import { useSaveDiagnostics } from "./useSaveDiagnostics";
import { WaitingPortalLink } from "./WaitingPortalLink";

interface Props {
  startup: Startup;
  /** Called by "Change" next to the portal's host; absent where the address cannot be changed. */
  onChangeAddress?: (() => void) | undefined;
  children: ReactNode;
}

/** The frame of every sign-in step: logo, one sentence, the step, the portal's host, the version, help. */
export function SignInFrame({ startup, onChangeAddress, children }: Props) {
  const saveDiagnostics = useSaveDiagnostics();
  return (
    <Box
      component="main"
      sx={{
        minHeight: "100%",
        display: "flex",
        flexDirection: "column",
        alignItems: "center",
        px: 3,
        overflow: "auto",
      }}
    >
      <Box
        sx={{
          flex: 1,
          width: "100%",
          maxWidth: 380,
          display: "flex",
          flexDirection: "column",
          justifyContent: "center",
          gap: 3,
          py: 4,
        }}
      >
        <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5 }}>
          <Logo size={44} />
          <Typography variant="h1" sx={{ fontSize: "1.5rem" }}>
            {t("words.product")}
          </Typography>
          <Typography color="textSecondary">{t("session.sentence")}</Typography>
        </Box>
        <WaitingPortalLink />
        {children}
        {startup.api_url && (
          <Typography
            variant="caption"
            color="textSecondary"
            sx={{ display: "flex", flexWrap: "wrap", columnGap: 1 }}
          >
            <span>{formatHost(startup.api_url)}</span>
            {startup.api_url_managed && <ManagedBy startup={startup} />}
            {onChangeAddress && (
              <Link component="button" variant="caption" onClick={onChangeAddress}>
                {t("session.change")}
              </Link>
            )}
          </Typography>
        )}
      </Box>
      <Typography
        component="footer"
        variant="caption"
        color="textSecondary"
        sx={{ py: 2, display: "flex", gap: 2 }}
      >
        <span>{t("session.version", { version: startup.version })}</span>
        <Link component="button" variant="caption" onClick={saveDiagnostics}>
          {t("session.diagnostics.save")}
        </Link>
      </Typography>
    </Box>
  );
}
