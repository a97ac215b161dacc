import { t } from "../i18n/i18n";
import { PageHeader } from "../parts/PageHeader";

export default function Clients() {
  return <PageHeader title={t("clients.title")} />;
}
