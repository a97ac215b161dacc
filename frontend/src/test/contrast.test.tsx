import InputBase from "@mui/material/InputBase";
import TextField from "@mui/material/TextField";
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { theme } from "../theme";
import { renderPart } from "./render";

const schemes = ["light", "dark"] as const;
type Scheme = (typeof schemes)[number];

/** The relative luminance of a colour such as #596070, as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const paletteOf = (scheme: Scheme) =>
  theme.colorSchemes[scheme]?.palette as unknown as Record<string, unknown>;

/** The colour that a CSS variable of the theme has in a scheme: var(--mui-palette-text-secondary). */
function colorOf(variable: string, scheme: Scheme): string {
  const path = /var\(--mui-palette-([\w-]+)/.exec(variable)?.[1]?.split("-") ?? [];
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], paletteOf(scheme));
  expect(value, variable).toMatch(/^#[0-9a-f]{6}$/);
  return value as string;
}

/** The backgrounds that fields are shown on. */
const backgrounds = (scheme: Scheme): string[] =>
  ["background-default", "background-paper", "frame", "action-hover"].map((name) =>
    colorOf(`var(--mui-palette-${name})`, scheme),
  );

const least = (color: string, scheme: Scheme) =>
  Math.min(...backgrounds(scheme).map((background) => contrast(color, background)));

/** Every declaration of a property in the style sheets, for selectors that contain the text. */
function declared(selector: string, property: string): string[] {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]) as CSSStyleRule[];
  return rules
    .filter((rule) => rule.selectorText?.includes(selector))
    .map((rule) => rule.style.getPropertyValue(property))
    .filter((value) => value !== "");
}

it("computes the contrast of WCAG 2", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

describe.each(schemes)("in the %s scheme", (scheme) => {
  it("the placeholder of a field has a contrast of 4.5:1, undimmed", () => {
    renderPart(<InputBase placeholder="Search clients" />);
    expect(screen.getByPlaceholderText("Search clients")).toBeVisible();
    const color = declared("::placeholder", "color").at(-1) ?? "";
    expect(least(colorOf(color, scheme), scheme)).toBeGreaterThanOrEqual(4.5);
    expect(
      declared("::placeholder", "opacity")
        .filter((value) => !value.startsWith("0"))
        .at(-1),
    ).toBe("1");
  });

  it("the border of a field has a contrast of 3:1", () => {
    const { container } = renderPart(<TextField label="Email" />);
    const outline = container.querySelector(".MuiOutlinedInput-notchedOutline");
    const name = [...(outline?.classList ?? [])].find((one) => one.startsWith("css-")) ?? "none";
    const color = declared(name, "border-color").at(-1) ?? "";
    expect(least(colorOf(color, scheme), scheme)).toBeGreaterThanOrEqual(3);
  });

  it("every text colour has a contrast of 4.5:1", () => {
    for (const name of [
      "text-primary",
      "text-secondary",
      "primary-main",
      "success-main",
      "warning-main",
      "error-main",
    ]) {
      const color = colorOf(`var(--mui-palette-${name})`, scheme);
      expect(least(color, scheme), name).toBeGreaterThanOrEqual(4.5);
    }
  });
});
