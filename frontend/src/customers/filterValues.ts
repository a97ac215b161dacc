import { escapeText, writeText } from "../bridge/filterValue";
import type { CustomerStatus, StatusReason } from "../bridge/models";

// The values of filters that the cells of a list pass.

/** Of a name or an id, which is that text. */
export const textValue = (text: string) => `=${escapeText(text)}`;

/** Of one of the product's texts; "none" for none. */
export const wordValue = (text: string | null | undefined) => (text ? writeText(text) : "none");

/** Of a number; "unknown" for none. */
export const numberValue = (value: number | null) => (value === null ? "unknown" : String(value));

export const yesNoValue = (value: boolean | null) => (value === null ? "unknown" : value ? "yes" : "no");

interface WithStatus {
  status: CustomerStatus;
  status_reason: StatusReason | null;
}

/** Of a status and its reason, which belongs to disabled customers only. */
export const statusValues = ({ status, status_reason }: WithStatus): Record<string, string> => ({
  status,
  ...(status === "disabled" && { status_reason: status_reason ?? "none" }),
});
