import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { causeSentences, ofTheAPI, ofTheDesktop, wrongCode } from "./fakeRefusals";

const backend = join(import.meta.dirname, "../../../backend");

/**
 * Returns the source of a Go package and of the packages below it, without comments; strings over several lines are
 * joined.
 */
function sentences(folder: string): string {
  const files = readdirSync(join(backend, folder), { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".go") && !name.endsWith("_test.go"),
  );
  const text = files.map((name) => readFileSync(join(backend, folder, name), "utf8")).join("\n");
  return text.replace(/^\s*\/\/.*$/gm, "").replace(/"\s*\+\s*"/g, "");
}

const api = ["identity", "postgres", "portal", "session"].map(sentences).join("\n");
const desktop = sentences("desktop");

/** Fails with the text alone, because the source is long. */
const expectIn = (source: string, text: string) =>
  expect(source.includes(text), `the Go source has no “${text}”`).toBe(true);

/** The values that the fake has where Go's sentences have placeholders. */
const places: [RegExp, string][] = [
  [/https?:\/\/portal\.northwind\.example|portal\.northwind\.example/g, "{host}"],
  [/proxy\.northwind\.example:8080|“[^”]*”/g, "{other}"],
  [/HTTP \d{3}/g, "HTTP {status}"],
  [/until \d[^.]*?UTC/g, "until {until}"],
  [/from \d[^.]*?UTC/g, "from {from}"],
  [/says \d[^.]*?UTC/g, "says {now}"],
];

describe("the fake's refusals have the real messages", () => {
  it.each(Object.entries(ofTheAPI))("API: %s", (_, { message }) => {
    const general = message.replace("another Microsoft account, of the organisation it names", "%s");
    expectIn(api, general);
  });

  it.each([
    [1, "1 try"],
    [4, "4 tries"],
  ])("API: a wrong code with %d tries left", (left, counted) => {
    const { message } = wrongCode(left);
    expect(message).toContain(` ${counted} left.`);
    expectIn(api, message.replace(counted, "%d %s"));
  });

  it.each(Object.entries(ofTheDesktop))("desktop: %s", (_, { message }) => {
    // Go has the name of the provider, and sentences that are put together, in parts.
    for (const part of message.split(/Google|(?<=\.) /).filter((text) => text.trim() !== ".")) {
      expectIn(desktop, part.trim());
    }
  });

  it.each(Object.entries(causeSentences))("cause: %s", (_, sentence) => {
    const general = places.reduce((text, [value, place]) => text.replace(value, place), sentence);
    expectIn(desktop, general);
  });
});
