import Button from "@mui/material/Button";
import { t } from "../i18n/i18n";
import { DownloadIcon, LockIcon } from "../parts/icons";
import { useAsked } from "../parts/useAsked";
import { useSession } from "../session/session";
import { ExportDialog } from "./ExportDialog";
import { ForbiddenExport } from "./ExportSteps";
import type { ListExport } from "./useExport";

interface Props {
  of: ListExport;
  small?: boolean;
  /** Whether this much cannot be exported. */
  blocked?: boolean;
}

/** Opens the export of a list; hidden where the role does not allow it. Where policy does not, it explains that. */
export function ExportButton({ of, small = false, blocked = false }: Props) {
  const { can, startup } = useSession();
  const [open, setOpen] = useAsked("exporting");
  if (!can("export")) return null;
  const forbidden = !startup.allow_export;
  return (
    <>
      <Button
        {...(small && { size: "small" as const })}
        startIcon={forbidden ? <LockIcon /> : <DownloadIcon />}
        disabled={!forbidden && (!of.total || blocked)}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {t("exports.open")}
      </Button>
      {open && forbidden && <ForbiddenExport startup={startup} onClose={() => setOpen(false)} />}
      {open && !forbidden && of.total ? <ExportDialog of={of} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
