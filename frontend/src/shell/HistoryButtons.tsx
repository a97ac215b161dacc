import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import type { ReactNode } from "react";
import { t } from "../i18n/i18n";
import { BackIcon, ForwardIcon } from "../parts/icons";
import { useHistory } from "./useHistory";

/** Back and forward through the visited screens. */
export function HistoryButtons() {
  const { back, forward } = useHistory();
  return (
    <Box sx={{ display: "flex", flexShrink: 0 }}>
      <HistoryButton name={t("shell.history.back")} keys="Alt+ArrowLeft" icon={<BackIcon />} onGo={back} />
      <HistoryButton
        name={t("shell.history.forward")}
        keys="Alt+ArrowRight"
        icon={<ForwardIcon />}
        onGo={forward}
      />
    </Box>
  );
}

interface Props {
  name: string;
  keys: string;
  icon: ReactNode;
  onGo: (() => void) | undefined;
}

/** It keeps the focus where there is nowhere left to go; a disabled button would lose it. */
function HistoryButton({ name, keys, icon, onGo }: Props) {
  const disabled = onGo === undefined;
  return (
    <Tooltip title={name}>
      <IconButton
        aria-label={name}
        aria-keyshortcuts={keys}
        aria-disabled={disabled}
        onClick={onGo}
        sx={disabled ? { color: "text.disabled", cursor: "default" } : { color: "text.secondary" }}
      >
        {icon}
      </IconButton>
    </Tooltip>
  );
}
