import { createContext } from "react";

export interface Notice {
  /** The notice stays until it is closed; errors always do. */
  lasting?: boolean;
  tone?: "success" | "info" | "warning" | "error";
  text: string;
}

/** In a file of its own, so that a hot reload of Notices.tsx keeps the context that is already provided. */
export const NoticeContext = createContext<(notice: Notice) => void>(() => undefined);
