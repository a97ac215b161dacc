import { expect, it } from "vitest";
import { productCode } from "./productCode";

it.each([
  ["Threat Prevention", "TP"],
  ["Next-Gen Antivirus", "NGA"],
  ["Ransomware Encryption Protection", "REP"],
  ["Antivirus", "Ant"],
  ["Ä", "Ä"],
  ["–", "–"],
])("shortens %s to %s", (name, code) => {
  expect(productCode(name)).toBe(code);
});
