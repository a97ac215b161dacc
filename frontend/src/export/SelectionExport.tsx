import Tooltip from "@mui/material/Tooltip";
import { limits } from "../bridge/limits";
import { t } from "../i18n/i18n";
import type { ChosenRows } from "../parts/useSelection";
import { ExportButton } from "./ExportButton";
import type { ListExport } from "./useExport";

interface Props {
  /** The whole list. */
  of: ListExport;
  /** The selected rows; undefined for the whole list. */
  chosen: ChosenRows | undefined;
}

/** Opens the export of the selected rows of a list. */
export function SelectionExport({ of, chosen }: Props) {
  if (!chosen) return <ExportButton small of={of} />;
  const { ids, except } = chosen;
  const tooMany = ids.length > limits.exportIDs;
  const total = except ? Math.max(0, (of.total ?? 0) - ids.length) : ids.length;
  const button = <ExportButton small blocked={tooMany} of={{ ...of, chosen, total }} />;
  if (!tooMany) return button;
  const why = t(except ? "exports.tooManyLeftOut" : "exports.tooMany", { count: limits.exportIDs });
  return (
    <Tooltip title={why}>
      <span role="note" aria-label={why}>
        {button}
      </span>
    </Tooltip>
  );
}
