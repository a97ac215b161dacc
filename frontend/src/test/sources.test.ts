import { describe, expect, it } from "vitest";
import { en } from "../i18n/en";
import * as icons from "../parts/icons";

/** The text of every source file but tests, by its path from src. */
const sources = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }),
  )
    .map(([path, text]) => [path.replace(/^\.\.\//, ""), text] as const)
    .filter(([path]) => !/\.test\.tsx?$|^\.\/|^test\//.test(path)),
);

const textOutside = (left: RegExp) =>
  Object.entries(sources)
    .filter(([path]) => !left.test(path))
    .map(([, text]) => text)
    .join("\n");

const keysOf = (texts: object, prefix = ""): string[] =>
  Object.entries(texts).flatMap(([name, value]) =>
    typeof value === "string" ? [prefix + name] : keysOf(value, `${prefix}${name}.`),
  );

/** A key without the suffix of its plural form. */
const withoutPlural = (key: string) => key.replace(/_(zero|one|other)$/, "");

/** Matches the keys that a template literal can stand for; each placeholder is a part of one name. */
const patternOf = (template: string) =>
  new RegExp(
    `^${template
      .split(/\$\{[^}]*\}/)
      .map((part) => part.replaceAll(".", "\\."))
      .join("\\w+")}$`,
  );

describe("every text", () => {
  const code = textOutside(/^i18n\/en\//);
  const literals = new Set(Array.from(code.matchAll(/"([a-z]\w*(?:\.\w+)+)"/gi), ([, key]) => key));
  const patterns = Array.from(code.matchAll(/`([a-z]\w*\.[\w.]*\$\{[^`]*)`/gi), ([, template]) =>
    patternOf(template as string),
  );

  it("is used", () => {
    const keys = new Set(keysOf(en).map(withoutPlural));
    const unused = [...keys].filter(
      (key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });
});

describe("every icon", () => {
  const code = textOutside(/^parts\/icons\.tsx$/);

  it("is used", () => {
    expect(Object.keys(icons).filter((icon) => !new RegExp(`\\b${icon}\\b`).test(code))).toEqual([]);
  });
});

describe("imports", () => {
  const directory = (path: string) => path.split("/").slice(0, -1);

  function resolve(from: string, to: string): string | undefined {
    const parts = directory(from);
    for (const part of to.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== ".") parts.push(part);
    }
    const path = parts.join("/");
    return [`${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((file) => file in sources);
  }

  const importsOf = (path: string) =>
    Array.from((sources[path] ?? "").matchAll(/from "(\.[^"]*)"/g), ([, to]) =>
      resolve(path, to as string),
    ).filter((file) => file !== undefined);

  /** A circle of imports that begins at a file; undefined for none. */
  function circleFrom(path: string, trail: string[] = [], seen = new Set<string>()): string[] | undefined {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (seen.has(path)) return undefined;
    seen.add(path);
    for (const next of importsOf(path)) {
      const circle = circleFrom(next, [...trail, path], seen);
      if (circle) return circle;
    }
    return undefined;
  }

  it("have no circle", () => {
    const seen = new Set<string>();
    const circles = Object.keys(sources).map((path) => circleFrom(path, [], seen));
    expect(circles.filter((circle) => circle !== undefined)).toEqual([]);
  });
});
