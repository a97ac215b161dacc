import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import type { CustomerStatus, StatusReason } from "../bridge/models";
import { t } from "../i18n/i18n";
import { StatusChip, StatusShape, type Tone } from "../parts/StatusChip";

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

/** A name, marked where its customer is not active and the status has no column of its own. */
export function Name({ of, marked }: { of: Standing & { name: string }; marked: boolean }) {
  if (!marked || of.status === "active") return of.name;
  const words = statusWords(of);
  return (
    <>
      <Tooltip title={words}>
        <Box component="span" role="img" aria-label={words} sx={{ mr: 0.75 }}>
          <StatusShape tone={tones[of.status]} />
        </Box>
      </Tooltip>
      {of.name}
    </>
  );
}
