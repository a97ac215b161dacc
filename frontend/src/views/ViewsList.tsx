import Divider from "@mui/material/Divider";
import ListItemText from "@mui/material/ListItemText";
import MenuItem from "@mui/material/MenuItem";
import type { View } from "../bridge/models";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import { PopupMenu } from "../parts/PopupMenu";
import { useSession } from "../session/session";
import { useViewActions } from "./useViewActions";
import type { Views } from "./useViews";

interface Props {
  label: string;
  views: Views;
  anchor: HTMLElement | null;
  onClose: () => void;
  onOpen: (what: "save" | "edit" | "delete") => void;
}

/** The menu of the views of a list: All, each view, and what can be done with the one in use. */
export function ViewsList({ label, views, anchor, onClose, onOpen }: Props) {
  const { all, current } = views;
  const then = (act: () => void) => () => {
    onClose();
    act();
  };
  return (
    <PopupMenu
      label={label}
      paperSx={{ maxWidth: 380, maxHeight: "70vh" }}
      anchorEl={anchor}
      open={anchor !== null}
      onClose={onClose}
    >
      <MenuItem selected={!current} onClick={then(() => views.show())}>
        {t("views.all")}
      </MenuItem>
      {(all ?? []).map((view) => (
        <MenuItem key={view.id} selected={view.id === current?.id} onClick={then(() => views.show(view))}>
          <ListItemText
            primary={view.name}
            secondary={noteOf(view)}
            slotProps={{ primary: { sx: { overflow: "hidden", textOverflow: "ellipsis" } } }}
          />
        </MenuItem>
      ))}
      {!all && !views.problem && <MenuItem disabled>{t("views.loading")}</MenuItem>}
      {views.problem && (
        <MenuItem onClick={views.onRetry}>
          <ListItemText
            primary={problemLine(views.problem)}
            secondary={t("views.again")}
            slotProps={{ primary: { sx: { whiteSpace: "normal" } } }}
          />
        </MenuItem>
      )}
      <Divider component="li" />
      <MenuItem onClick={then(() => onOpen("save"))}>{t("views.save")}</MenuItem>
      {current && <Actions view={current} views={views} then={then} onOpen={onOpen} />}
    </PopupMenu>
  );
}

/** Who shares a view, and whether the list opens with it. */
function noteOf(view: View): string | undefined {
  const by = view.owner && !view.own ? t("views.sharedBy", { name: view.owner }) : t("views.shared");
  const parts = [...(view.shared ? [by] : []), ...(view.default ? [t("views.default")] : [])];
  return parts.join(" · ") || undefined;
}

interface ActionsProps extends Pick<Props, "views" | "onOpen"> {
  view: View;
  then: (act: () => void) => () => void;
}

/** What the user may do with the view in use; those of others who are no administrators can be chosen only. */
function Actions({ view, views, then, onOpen }: ActionsProps) {
  const { can } = useSession();
  const { update, setDefault } = useViewActions(view);
  const { name } = view;
  const mayShare = can("share_views");
  const mayChange = view.shared ? mayShare : view.own;
  const stale = views.changed || views.missing.length > 0;
  const item = (key: string, text: string, act: () => void) => (
    <MenuItem key={key} onClick={then(act)}>
      {text}
    </MenuItem>
  );
  return [
    ...(views.changed ? [item("revert", t("views.revert", { name }), () => views.show(view))] : []),
    ...(mayChange && stale ? [item("update", t("views.update", { name }), () => update(views.query))] : []),
    item("default", t(view.default ? "views.noDefault" : "views.makeDefault", { name }), () =>
      setDefault(!view.default),
    ),
    ...(mayChange
      ? [
          item("edit", t(mayShare ? "views.edit" : "views.rename", { name }), () => onOpen("edit")),
          item("delete", t("views.remove", { name }), () => onOpen("delete")),
        ]
      : []),
  ];
}
