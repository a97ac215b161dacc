import Menu, { type MenuProps } from "@mui/material/Menu";

interface Props extends Omit<MenuProps, "slotProps"> {
  /** The menu's accessible name. */
  label: string;
  /** The style of the surface under the items. */
  paperSx?: NonNullable<MenuProps["sx"]>;
}

/**
 * A menu with a name. It is rendered outside of the page's landmarks, where users of screen readers could not find it,
 * so it is one itself.
 */
export function PopupMenu({ label, paperSx, ...props }: Props) {
  return (
    <Menu
      {...props}
      slotProps={{
        root: { role: "region", "aria-label": label },
        list: { "aria-label": label },
        ...(paperSx && { paper: { sx: paperSx } }),
      }}
    />
  );
}
