import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import IconButton from "@mui/material/IconButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import MenuItem from "@mui/material/MenuItem";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";
import {
  CheckIcon,
  DarkIcon,
  DevicesIcon,
  HelpIcon,
  KeyboardIcon,
  LightIcon,
  SettingsIcon,
  SignOutIcon,
  SystemIcon,
} from "../parts/icons";
import { useNotify } from "../parts/Notices";
import { PopupMenu } from "../parts/PopupMenu";
import { useAppearance } from "../session/appearance";
import { useSession } from "../session/session";
import { useSaveDiagnostics } from "../session/useSaveDiagnostics";

const initials = (name: string) =>
  name
    .split(/[\s@.]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((part) => /\p{L}|\p{N}/u.exec(part)?.[0].toUpperCase() ?? "")
    .join("");

const modes: { mode: "system" | "light" | "dark"; icon: ReactNode }[] = [
  { mode: "system", icon: <SystemIcon /> },
  { mode: "light", icon: <LightIcon /> },
  { mode: "dark", icon: <DarkIcon /> },
];

/** The menu of the signed-in user: theme, sessions, settings, help, sign out. */
export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const { me, signOut } = useSession();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { appearance, change } = useAppearance();
  const current = appearance.theme;
  const navigate = useNavigate();
  const notify = useNotify();
  const saveDiagnostics = useSaveDiagnostics();
  const name = me.user.name || me.user.email;
  const then = (act: () => unknown) => () => {
    setAnchor(null);
    act();
  };
  const leave = () =>
    signOut().catch(() => notify({ tone: "warning", text: t("shell.account.signOutFailed") }));
  return (
    <>
      <IconButton
        aria-label={t("shell.account.label", { name })}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ width: 36, height: 36 }}
      >
        <Avatar
          sx={{
            width: 28,
            height: 28,
            fontSize: "0.75rem",
            bgcolor: "primary.main",
            color: "primary.contrastText",
          }}
        >
          <Box aria-hidden sx={{ "&::before": { content: `"${initials(name)}"` } }} />
        </Avatar>
      </IconButton>
      <PopupMenu
        label={t("shell.account.label", { name })}
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
      >
        <Box component="li" role="presentation" sx={{ px: 2, py: 1, maxWidth: 280 }}>
          <Box sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{name}</Box>
          <Box sx={{ fontSize: "0.8125rem", color: "text.secondary", overflowWrap: "anywhere" }}>
            {me.user.email}
          </Box>
        </Box>
        <Divider sx={{ my: 0.5 }} />
        {modes.map(({ mode, icon }) => (
          <MenuItem
            key={mode}
            role="menuitemradio"
            aria-checked={mode === current}
            onClick={then(() => change({ theme: mode }))}
          >
            <ListItemIcon>{icon}</ListItemIcon>
            <Box sx={{ flex: 1 }}>{t(`shell.account.${mode}`)}</Box>
            {mode === current && <CheckIcon sx={{ ml: 1 }} />}
          </MenuItem>
        ))}
        <Divider sx={{ my: 0.5 }} />
        <MenuItem onClick={then(() => navigate(paths.sessions))}>
          <ListItemIcon>
            <DevicesIcon />
          </ListItemIcon>
          {t("settings.sessions.title")}
        </MenuItem>
        <MenuItem onClick={then(() => navigate(paths.settings))}>
          <ListItemIcon>
            <SettingsIcon />
          </ListItemIcon>
          {t("shell.account.settings")}
        </MenuItem>
        <Divider sx={{ my: 0.5 }} />
        <Box
          component="li"
          role="presentation"
          sx={{ px: 2, py: 0.5, fontSize: "0.8125rem", color: "text.secondary" }}
        >
          {t("session.help")}
        </Box>
        <MenuItem onClick={then(onHelp)}>
          <ListItemIcon>
            <KeyboardIcon />
          </ListItemIcon>
          {t("shell.shortcuts.title")}
        </MenuItem>
        <MenuItem onClick={then(saveDiagnostics)}>
          <ListItemIcon>
            <HelpIcon />
          </ListItemIcon>
          {t("session.diagnostics.save")}
        </MenuItem>
        <Divider sx={{ my: 0.5 }} />
        <MenuItem onClick={then(leave)}>
          <ListItemIcon>
            <SignOutIcon />
          </ListItemIcon>
          {t("shell.account.signOut")}
        </MenuItem>
      </PopupMenu>
    </>
  );
}
