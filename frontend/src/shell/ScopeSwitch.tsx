import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import ListItemText from "@mui/material/ListItemText";
import MenuItem from "@mui/material/MenuItem";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Grant } from "../bridge/models";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";
import { ChevronDownIcon } from "../parts/icons";
import { useNotify } from "../parts/Notices";
import { PopupMenu } from "../parts/PopupMenu";
import { useSession } from "../session/session";

/** The active grant: node and role. With several grants, a menu to switch. */
export function ScopeSwitch() {
  const { grant, me, actAs } = useSession();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const navigate = useNavigate();
  const notify = useNotify();
  if (me.grants.length < 2) {
    return (
      <Box role="group" aria-label={t("shell.scope.label")} sx={place}>
        <Names grant={grant} />
      </Box>
    );
  }
  const choose = (to: Grant) => {
    setAnchor(null);
    if (to.id === grant.id) return;
    // The current screen may not exist in the new scope.
    void navigate(paths.overview);
    actAs(to).catch(() => notify({ tone: "error", text: t("shell.scope.failed", { node: to.node }) }));
  };
  return (
    <>
      <ButtonBase
        aria-label={t("shell.scope.switch", { node: grant.node })}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{
          ...place,
          px: 1,
          ml: -1,
          borderRadius: "6px",
          gap: 0.5,
          "&:hover": { bgcolor: "action.hover" },
        }}
      >
        <Names grant={grant} />
        <ChevronDownIcon />
      </ButtonBase>
      <PopupMenu
        label={t("shell.scope.title")}
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
      >
        {me.grants.map((held) => (
          <MenuItem key={held.id} selected={held.id === grant.id} onClick={() => choose(held)}>
            <ListItemText primary={held.node} secondary={roleAt(held)} />
          </MenuItem>
        ))}
      </PopupMenu>
    </>
  );
}

const place = {
  display: "flex",
  alignItems: "center",
  justifyContent: "flex-start",
  minWidth: 0,
  height: 40,
  textAlign: "left",
};

const roleAt = (grant: Grant) =>
  grant.node === grant.mssp
    ? t(`words.role.${grant.role}`)
    : `${t(`words.role.${grant.role}`)} · ${grant.mssp}`;

function Names({ grant }: { grant: Grant }) {
  const line = { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" };
  return (
    <Box sx={{ minWidth: 0, lineHeight: 1.3 }} title={`${grant.node}, ${roleAt(grant)}`}>
      <Box sx={{ ...line, fontWeight: 600, fontSize: "0.875rem" }}>{grant.node}</Box>
      <Box sx={{ ...line, color: "text.secondary", fontSize: "0.75rem" }}>
        {t(`words.role.${grant.role}`)}
      </Box>
    </Box>
  );
}
