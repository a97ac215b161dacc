import { z } from "zod";
import { limits } from "../bridge/limits";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";

/** The values of the dialogs for a connection; each shows some of the fields. */
export interface ConnectionForm {
  product: string;
  customer_id: string;
  base_url: string;
  api_key: string;
}

interface Rules {
  /** The base URL of the saved key; another one needs the key again. Null for a new connection. */
  savedURL: string | null;
  /** Whether a key is required. */
  needsKey: boolean;
}

/** Whether the form has another address than the saved one. */
export const isMoved = (baseURL: string, savedURL: string | null): boolean =>
  savedURL !== null && baseURL.trim() !== "" && baseURL.trim() !== savedURL;

/** Checks the form before it is sent; the server checks everything again. */
export const connectionSchema = ({ savedURL, needsKey }: Rules) =>
  z
    .object({
      product: z.string(),
      customer_id: z
        .string()
        .trim()
        .min(1, t("products.wrong.customer"))
        .max(limits.customerID, t("products.wrong.customer")),
      base_url: z
        .string()
        .trim()
        .pipe(z.literal("").or(z.string().regex(/^https?:\/\/[^\s/]+/i, t("products.wrong.baseURL")))),
      api_key: z.string().trim().max(limits.apiKey, t("products.wrong.apiKey")),
    })
    .superRefine(({ base_url, api_key }, context) => {
      const moved = isMoved(base_url, savedURL);
      if (api_key.length >= 8 || (api_key === "" && !needsKey && !moved)) return;
      const message = t(api_key === "" && moved ? "products.wrong.apiKeyMoved" : "products.wrong.apiKey");
      context.addIssue({ code: "custom", path: ["api_key"], message });
    });

const fields: (keyof ConnectionForm)[] = ["product", "customer_id", "base_url", "api_key"];

/** The form field of a problem. */
export const fieldOf = (problem: Problem): keyof ConnectionForm | undefined =>
  fields.find((field) => field === problem.field?.replace(/^body\./, ""));
