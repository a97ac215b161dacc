import Box from "@mui/material/Box";
import Switch from "@mui/material/Switch";
import type { FieldPath } from "../bridge/models";
import { t } from "../i18n/i18n";

interface Props {
  item: FieldPath;
  busy: boolean;
  onShare: (item: FieldPath, shared: boolean) => void;
}

/** Whether clients see a field of the product; a change is saved at once. */
export function SharedSwitch({ item, busy, onShare }: Props) {
  return (
    <Box
      component="span"
      // The keys of the switch must not reach the table.
      onKeyDown={(event: React.KeyboardEvent) => event.key !== "Tab" && event.stopPropagation()}
    >
      <Switch
        size="small"
        checked={item.shared}
        disabled={busy}
        onChange={(event) => onShare(item, event.target.checked)}
        slotProps={{ input: { "aria-label": t("fields.sharedOf", { path: item.path }) } }}
      />
    </Box>
  );
}
