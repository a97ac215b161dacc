import type { Appearance } from "./models";

/** The appearance of the first start; backend/desktop/appearance.go has the same. */
export const standardAppearance: Appearance = {
  theme: "system",
  folded: false,
  density: "comfortable",
  text_size: 100,
};

/** The text sizes in percent, from the smallest to the largest. */
export const textSizes: Appearance["text_size"][] = [80, 90, 100, 110, 125, 150];
