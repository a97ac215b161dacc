import Alert from "@mui/material/Alert";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";

interface Props {
  /** What a link named and is no column of the list; empty for nothing. */
  names: string[];
  onClose: () => void;
}

/** At most this many names are shown, cut to this many characters. */
const most = { names: 5, length: 40 };

const shortened = (name: string) => (name.length > most.length ? `${name.slice(0, most.length)}…` : name);

/** Names the columns of a link that the list does not have. */
export function UnknownColumns({ names, onClose }: Props) {
  if (names.length === 0) return null;
  const more = names.length - most.names;
  const named = names.slice(0, most.names).map(shortened);
  const all = more > 0 ? [...named, t("parts.columns.moreUnknown", { count: more })] : named;
  return (
    <Alert severity="warning" onClose={onClose} sx={{ borderRadius: 0, overflowWrap: "anywhere" }}>
      {t("parts.columns.unknown", { count: names.length, names: formatList(all) })}
    </Alert>
  );
}
