import { t } from "../i18n/i18n";
import { PageHeader } from "../parts/PageHeader";

export default function MSPs() {
  return <PageHeader title={t("msps.title")} />;
}
