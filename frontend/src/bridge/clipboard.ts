import { getPortal } from "./portal";

/** Puts text on the clipboard. */
export const copyText = (text: string): Promise<void> => getPortal().copyText(text);
