import { t } from "../i18n/i18n";
import { PageHeader } from "../parts/PageHeader";

export default function Overview() {
  return <PageHeader title={t("overview.title")} />;
}
