import { t } from "../i18n/i18n";
import { Facts } from "./Facts";
import { Section } from "./Section";

/** Every field that a product sent, with its own names and in its own order. */
export function SentFields({ fields }: { fields: { name: string; value: string }[] }) {
  const text = t(fields.length > 0 ? "parts.sent.text" : "parts.sent.none");
  return (
    <Section title={t("parts.sent.title")} text={text}>
      <Facts facts={fields.map(({ name, value }) => ({ label: name, value }))} />
    </Section>
  );
}
