import Box from "@mui/material/Box";
import { t } from "../i18n/i18n";
import { BackIcon, ForwardIcon } from "../parts/icons";
import { KeyedButton } from "../parts/KeyedButton";
import { useHistory } from "./useHistory";

/** Back and forward through the visited screens. */
export function HistoryButtons() {
  const { back, forward } = useHistory();
  return (
    <Box sx={{ display: "flex", flexShrink: 0 }}>
      <KeyedButton name={t("shell.history.back")} shortcut="back" icon={<BackIcon />} onClick={back} />
      <KeyedButton
        name={t("shell.history.forward")}
        shortcut="forward"
        icon={<ForwardIcon />}
        onClick={forward}
      />
    </Box>
  );
}
