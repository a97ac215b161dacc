import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import type { CustomerStatus, StatusReason } from "../bridge/models";
import { t } from "../i18n/i18n";
import { StatusChip, type Tone } from "../parts/StatusChip";

export const statuses: CustomerStatus[] = ["active", "missing", "disabled", "removed"];
export const reasons: StatusReason[] = ["deleted", "inactive", "disabled", "demo", "licence_expired"];

const tones: Record<CustomerStatus, Tone> = {
  active: "ok",
  missing: "warning",
  disabled: "info",
  removed: "neutral",
};

interface Standing {
  status: CustomerStatus;
  status_reason: StatusReason | null;
}

/** A status in words, with its reason: "Disabled: demo account". */
export function statusWords({ status, status_reason: reason }: Standing): string {
  if (status !== "disabled" || reason === null || reason === "disabled") return t(`words.customer.${status}`);
  return t("words.customer.disabledWhy", { reason: t(`words.reason.${reason}`) });
}

export function Status({ of }: { of: Standing }) {
  return <StatusChip tone={tones[of.status]} label={statusWords(of)} />;
}

/** A name, with the status beside it where it is an exception and has no column of its own. */
export function Name({ of, marked }: { of: Standing & { name: string }; marked: boolean }) {
  if (!marked || of.status === "active") return of.name;
  return (
    <Box component="span" sx={{ display: "flex", alignItems: "center", gap: 1 }}>
      <Box component="span" sx={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" }}>
        {of.name}
      </Box>
      <Tooltip title={statusWords(of)}>
        <Box component="span" sx={{ flexShrink: 0, display: "inline-flex" }}>
          <StatusChip small tone={tones[of.status]} label={t(`words.customer.${of.status}`)} />
        </Box>
      </Tooltip>
    </Box>
  );
}
