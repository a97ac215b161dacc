import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Snackbar from "@mui/material/Snackbar";
import { getPortal } from "../bridge/portal";
import { t } from "../i18n/i18n";
import { Delayed } from "../parts/Delayed";

/** Shown when restoring the session takes long: the likely reason, and a button to sign in instead. */
export function Resuming() {
  return (
    <Delayed ms={2_500}>
      <Snackbar open anchorOrigin={{ vertical: "bottom", horizontal: "center" }}>
        <Alert
          severity="info"
          variant="outlined"
          sx={{ bgcolor: "background.paper" }}
          action={
            <Button onClick={() => void getPortal().cancelSignIn()}>{t("session.resuming.instead")}</Button>
          }
        >
          {t("session.resuming.text")}
        </Alert>
      </Snackbar>
    </Delayed>
  );
}
