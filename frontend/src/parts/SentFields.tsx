import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";
import { absent, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Facts } from "./Facts";

interface Props {
  /** Objects and lists as JSON. */
  fields: { name: string; value: string }[];
  /** What the panel shows already: a field with the same value is left out. */
  shown?: (string | string[] | null)[];
}

type JSONValue = string | number | boolean | null | JSONValue[] | { [name: string]: JSONValue };

/** The value of a field; a text that is no list or object stays a text. */
function parse(text: string): JSONValue {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as JSONValue;
  } catch {
    return text;
  }
}

const repeats = (value: JSONValue, shown: Props["shown"] = []) =>
  value !== "" && shown.some((one) => one !== null && JSON.stringify(one) === JSON.stringify(value));

/** The fields that a product sent besides those that are shown already, with its own names and order; folded. */
export function SentFields({ fields, shown }: Props) {
  const id = useId();
  const others = fields
    .map(({ name, value }) => ({ name, value: parse(value) }))
    .filter(({ value }) => !repeats(value, shown));
  return (
    <Box component="section" aria-labelledby={id} sx={{ mt: 3 }}>
      <details>
        <Box component="summary" sx={{ cursor: "pointer" }}>
          <Typography id={id} component="h3" variant="h3" sx={{ display: "inline" }}>
            {t("parts.sent.title")}
          </Typography>{" "}
          <Box component="span" sx={{ color: "text.secondary", fontSize: "0.8125rem" }}>
            {formatNumber(others.length)}
          </Box>
        </Box>
        <Typography variant="body2" color="textSecondary" sx={{ my: 1 }}>
          {t(others.length > 0 ? "parts.sent.text" : "parts.sent.none")}
        </Typography>
        <Facts facts={others.map(({ name, value }) => ({ label: name, value: <Value of={value} /> }))} />
      </details>
    </Box>
  );
}

/** A list as a list, an object as its members, and anything else as text. */
function Value({ of: value }: { of: JSONValue }): ReactNode {
  if (value === null || value === "") return absent;
  if (Array.isArray(value)) return <List items={value} />;
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value);
  if (members.length === 0) return absent;
  return <Facts facts={members.map(([label, member]) => ({ label, value: <Value of={member} /> }))} />;
}

function List({ items }: { items: JSONValue[] }) {
  if (items.length === 0) return absent;
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: "none", display: "grid", gap: 0.5 }}>
      {items.map((item, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: elements of a list differ only by their position
        <li key={n}>
          <Value of={item} />
        </li>
      ))}
    </Box>
  );
}
