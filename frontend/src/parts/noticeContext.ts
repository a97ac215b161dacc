import { createContext } from "react";

export interface Notice {
  /** The notice stays until it is closed; errors always do. */
  lasting?: boolean;
  tone?: "success" | "info" | "warning" | "error";
  text: string;
  /** A button in the notice, which closes it. A later notice with one replaces it. */
  action?: { label: string; run: () => void };
}

/** In a file of its own, so that a hot reload of Notices.tsx keeps the context that is already provided. */
export const NoticeContext = createContext<(notice: Notice) => void>(() => undefined);

/** Removes all notices. */
export const ClearNoticesContext = createContext<() => void>(() => undefined);
