import { createContext, useContext } from "react";

/** The size of the rows of tables. */
interface RowSize {
  compact: boolean;
  /** How much larger than usual the text is: 1.25. */
  scale: number;
}

const Context = createContext<RowSize>({ compact: false, scale: 1 });

export const RowSizeProvider = Context.Provider;

export const useRowSize = () => useContext(Context);
