import i18next from "i18next";
import { en } from "./en";
import { formatDate, formatNumber } from "./format";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "app";
    resources: { app: typeof en };
  }
}

/** The texts are English only; numbers and dates follow the locale of the user's system. */
void i18next.init({
  lng: "en",
  fallbackLng: "en",
  ns: ["app"],
  defaultNS: "app",
  resources: { en: { app: en } },
  initAsync: false,
  interpolation: { escapeValue: false },
});
i18next.services.formatter?.add("number", (value: number) => formatNumber(value));
i18next.services.formatter?.add("date", (value: string | Date) => formatDate(value));

/** The text of a key with its values: t("parts.table.showing", { count: 3 }). */
export const t = i18next.t;
