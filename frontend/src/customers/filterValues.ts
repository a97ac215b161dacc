import { escapeText, writeText } from "../bridge/filterValue";
import type { CustomerStatus, StatusReason } from "../bridge/models";

// The values of filters that the cells of a list pass.

/** A name or an id, which is that text. */
export const isText = (text: string) => `=${escapeText(text)}`;

/** One of the product's texts; "none" for none. */
export const isWord = (text: string | null | undefined) => (text ? writeText(text) : "none");

/** A number; "unknown" for none. */
export const isNumber = (value: number | null) => (value === null ? "unknown" : String(value));

export const isYesNo = (value: boolean | null) => (value === null ? "unknown" : value ? "yes" : "no");

interface WithStatus {
  status: CustomerStatus;
  status_reason: StatusReason | null;
}

/** A status and its reason, which belongs to disabled customers only. */
export const isStatus = ({ status, status_reason }: WithStatus): Record<string, string> => ({
  status,
  ...(status === "disabled" && { status_reason: status_reason ?? "none" }),
});
