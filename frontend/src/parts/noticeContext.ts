import { createContext } from "react";
import type { Notice } from "./Notices";

/** In a file of its own, so that a hot reload of Notices.tsx keeps the context that is already provided. */
export const NoticeContext = createContext<(notice: Notice) => void>(() => undefined);
