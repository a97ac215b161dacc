import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Typography from "@mui/material/Typography";
import { Fragment, useId } from "react";
import { t } from "../i18n/i18n";
import { keyNames, keysOf, type ShortcutName, shortcuts } from "../parts/shortcuts";

const groups = ["everywhere", "list", "header"] as const;

const namesIn = (group: (typeof groups)[number]) =>
  (Object.keys(shortcuts) as ShortcutName[]).filter((name) => shortcuts[name].group === group);

/** All shortcuts. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const id = useId();
  return (
    <Dialog open onClose={onClose} aria-labelledby={id} fullWidth maxWidth="sm">
      <DialogTitle id={id}>{t("shell.shortcuts.title")}</DialogTitle>
      <DialogContent tabIndex={0}>
        {groups.map((group) => (
          <Fragment key={group}>
            <Typography variant="h3" sx={{ mt: 1.5, mb: 0.5 }}>
              {t(`shell.shortcuts.group.${group}`)}
            </Typography>
            <Box
              component="dl"
              sx={{ display: "grid", gridTemplateColumns: "1fr auto", rowGap: 0.75, columnGap: 2, m: 0 }}
            >
              {namesIn(group).map((name) => (
                <Fragment key={name}>
                  <Box component="dt">{t(`shell.shortcuts.name.${name}`)}</Box>
                  <Keys of={name} />
                </Fragment>
              ))}
            </Box>
          </Fragment>
        ))}
      </DialogContent>
      <DialogActions>
        <Button autoFocus variant="contained" onClick={onClose}>
          {t("parts.actions.close")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Keys({ of }: { of: ShortcutName }) {
  return (
    <Box component="dd" sx={{ m: 0, textAlign: "right" }}>
      {keysOf(of).map((keys, n) => (
        <Fragment key={keyNames(keys).join("+")}>
          {n > 0 && ` ${t("shell.shortcuts.or")} `}
          <Box
            component="kbd"
            sx={(theme) => ({
              font: "inherit",
              fontSize: "0.8125rem",
              px: 0.75,
              border: `1px solid ${theme.vars.palette.divider}`,
              borderRadius: "4px",
              bgcolor: theme.vars.palette.frame,
            })}
          >
            {keyNames(keys).join("+")}
          </Box>
        </Fragment>
      ))}
    </Box>
  );
}
