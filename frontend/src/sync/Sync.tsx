import { t } from "../i18n/i18n";
import { PageHeader } from "../parts/PageHeader";

export default function Sync() {
  return <PageHeader title={t("sync.title")} />;
}
