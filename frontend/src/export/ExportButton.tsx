import Button from "@mui/material/Button";
import { t } from "../i18n/i18n";
import { DownloadIcon } from "../parts/icons";
import { useAsked } from "../parts/useAsked";
import { useSession } from "../session/session";
import { ExportDialog } from "./ExportDialog";
import type { ListExport } from "./useExport";

interface Props {
  of: ListExport;
  small?: boolean;
  /** Whether this much cannot be exported. */
  blocked?: boolean;
}

/** Opens the export of a list; hidden where the role or IT's policy does not allow exports. */
export function ExportButton({ of, small = false, blocked = false }: Props) {
  const { can, startup } = useSession();
  const [open, setOpen] = useAsked("exporting");
  if (!can("export") || !startup.allow_export) return null;
  return (
    <>
      <Button
        {...(small && { size: "small" as const })}
        startIcon={<DownloadIcon />}
        disabled={!of.total || blocked}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {t("exports.open")}
      </Button>
      {open && of.total ? <ExportDialog of={of} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
