import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import type { CustomerStatus, StatusReason } from "../bridge/models";
import { t } from "../i18n/i18n";
import { StatusChip, type Tone } from "../parts/StatusChip";

export const statusTones: Record<CustomerStatus, Tone> = {
  active: "ok",
  missing: "warning",
  disabled: "info",
  removed: "neutral",
};

/** Every status, in the order of the filter's menu. */
export const statuses = Object.keys(statusTones) as CustomerStatus[];

interface WithStatus {
  status: CustomerStatus;
  status_reason: StatusReason | null;
}

/** The text of a status, with its reason: "Disabled: demo account". */
export function statusText({ status, status_reason: reason }: WithStatus): string {
  if (status !== "disabled" || reason === null || reason === "disabled") return t(`words.status.${status}`);
  return t("words.disabledWhy", { reason: t(`words.reason.${reason}`) });
}

export function Status({ of }: { of: WithStatus }) {
  return <StatusChip tone={statusTones[of.status]} label={statusText(of)} />;
}

/** A name, followed by the status unless that is "active" or has a visible column. */
export function Name({ of, marked }: { of: WithStatus & { name: string }; marked: boolean }) {
  if (!marked || of.status === "active") return of.name;
  return (
    <Box component="span" sx={{ display: "flex", alignItems: "center", gap: 1 }}>
      <Box component="span" sx={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" }}>
        {of.name}
      </Box>
      <Tooltip title={statusText(of)}>
        <Box component="span" sx={{ flexShrink: 0, display: "inline-flex" }}>
          <StatusChip small tone={statusTones[of.status]} label={t(`words.status.${of.status}`)} />
        </Box>
      </Tooltip>
    </Box>
  );
}
