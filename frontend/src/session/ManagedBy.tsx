import Link from "@mui/material/Link";
import type { Startup } from "../bridge/models";
import { useOpenManagedBy } from "../bridge/mutations";
import { t } from "../i18n/i18n";
import { useNotify } from "../parts/Notices";

/** Who manages what the user cannot change, as a link to their page where policy names one. */
export function ManagedBy({ startup }: { startup: Startup }) {
  const { mutate, isPending } = useOpenManagedBy();
  const notify = useNotify();
  const { managed_by_name: name, managed_by_url: address } = startup;
  const text = name ? t("session.managed.by", { name }) : t("session.managed.byOrganisation");
  if (!address) return <span>{text}</span>;
  const failed = () => notify({ tone: "error", text: t("session.managed.failed", { address }) });
  return (
    <Link
      component="button"
      variant="inherit"
      title={address}
      onClick={() => !isPending && mutate(undefined, { onError: failed })}
      sx={{ verticalAlign: "baseline", textAlign: "start", overflowWrap: "anywhere" }}
    >
      {text}
    </Link>
  );
}
