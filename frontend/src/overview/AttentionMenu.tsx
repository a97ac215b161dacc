import IconButton from "@mui/material/IconButton";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useState } from "react";
import type { Attention } from "../bridge/models";
import { t } from "../i18n/i18n";
import { MoreIcon } from "../parts/icons";
import { useMarks } from "./useMarks";

const days = [1, 7, 30] as const;

interface Props {
  item: Attention;
  /** Called after the line was moved to the snoozed ones, or back from them: the button is gone. */
  onMoved: () => void;
}

/** What the user may do with a line: snooze it or show it again, and say who handles it. */
export function AttentionMenu({ item, onMoved }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const marks = useMarks(item);
  const choose = (act: () => void) => () => {
    setAnchor(null);
    act();
  };
  const move = (act: () => Promise<boolean>) => choose(() => void act().then((moved) => moved && onMoved()));
  const label = t("overview.attention.actions", { name: item.name });
  return (
    <>
      <IconButton
        size="small"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-busy={marks.isPending}
        // It is not disabled meanwhile, so that it keeps the focus.
        onClick={(event) => !marks.isPending && setAnchor(event.currentTarget)}
        // Above the link of the row.
        sx={{ zIndex: 1, my: -0.5, alignSelf: "start", opacity: marks.isPending ? 0.5 : 1 }}
      >
        <MoreIcon fontSize="small" />
      </IconButton>
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
        slotProps={{ list: { "aria-label": label } }}
      >
        {item.snooze ? (
          <MenuItem onClick={move(marks.endSnooze)}>{t("overview.attention.endSnooze")}</MenuItem>
        ) : (
          days.map((count) => (
            <MenuItem key={count} onClick={move(() => marks.snooze(count))}>
              {t("overview.attention.snooze", { count })}
            </MenuItem>
          ))
        )}
        {marks.own ? (
          <MenuItem onClick={choose(() => void marks.stopHandling())}>
            {t("overview.attention.stopHandling")}
          </MenuItem>
        ) : (
          <MenuItem onClick={choose(() => void marks.handle())}>{handleText(item)}</MenuItem>
        )}
      </Menu>
    </>
  );
}

function handleText({ handler }: Attention): string {
  if (!handler) return t("overview.attention.handle");
  return t("overview.attention.takeOver", { name: handler.name ?? t("overview.attention.someone") });
}
