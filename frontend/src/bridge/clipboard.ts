import { portal } from "./portal";

/** Puts text on the clipboard. */
export const copyText = (text: string): Promise<void> => portal().copyText(text);
