import { t } from "../i18n/i18n";
import { PageHeader } from "../parts/PageHeader";

export default function Admin() {
  return <PageHeader title={t("admin.title")} />;
}
