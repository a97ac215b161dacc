import { expect, it } from "vitest";
import { matchedPart } from "./matchedPart";

it.each([
  ["Heron Legal", "leg", "Leg"],
  ["Heron Legal", "  HERON   legal ", "Heron Legal"],
  ["Müller AG", "muller", "Müller"],
  ["Große Straße", "strasse", "Straße"],
  ["Große Straße", "s", "S"],
  ["Mu\u0308ller AG", "müll", "Mu\u0308ll"],
  ["Blueheron Heron", "heron", "Heron"],
  ["Blueheron", "heron", "heron"],
  ["AB-7x", "ab-7X", "AB-7x"],
  ["Heron", "legal", null],
  ["Heron", " ", null],
  ["Heron", "\u0301", null],
])("in %j the typed %j marks %j", (text, typed, marked) => {
  const part = matchedPart(text, typed);
  expect(part && text.slice(...part)).toBe(marked);
});
