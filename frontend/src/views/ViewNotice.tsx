import Alert from "@mui/material/Alert";
import type { ViewList } from "../bridge/models";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { useSession } from "../session/session";
import type { ListParameters } from "./parameters";
import { useViews } from "./useViews";

/** Says what of the view in use no longer exists; nothing where it is whole. */
export function ViewNotice({ list, known }: { list: ViewList; known: ListParameters }) {
  const { can } = useSession();
  const { current, gone, missing } = useViews(list, known);
  if (gone) {
    return (
      <Alert severity="info" sx={{ mb: 1.5 }}>
        {t("views.gone")}
      </Alert>
    );
  }
  if (!current || missing.length === 0) return null;
  const mayUpdate = !current.shared || can("share_views");
  return (
    <Alert severity="warning" sx={{ mb: 1.5 }}>
      {t("views.missing.title", { parts: formatList(missing) })}{" "}
      {t(mayUpdate ? "views.missing.text" : "views.missing.textShared")}
    </Alert>
  );
}
