import Tooltip from "@mui/material/Tooltip";
import { t } from "../i18n/i18n";
import { ExportButton } from "./ExportButton";
import { type ListExport, mostIds } from "./useExport";

interface Props {
  /** The whole list. */
  of: ListExport;
  /** The selected rows; undefined for the whole list. */
  ids: string[] | undefined;
}

/** Opens the export of the selected rows of a list. */
export function SelectionExport({ of, ids }: Props) {
  if (!ids) return <ExportButton small of={of} />;
  const tooMany = ids.length > mostIds;
  const button = <ExportButton small blocked={tooMany} of={{ ...of, ids, total: ids.length }} />;
  if (!tooMany) return button;
  const why = t("exports.tooMany", { count: mostIds });
  return (
    <Tooltip title={why}>
      <span role="note" aria-label={why}>
        {button}
      </span>
    </Tooltip>
  );
}
