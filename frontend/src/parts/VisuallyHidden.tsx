import Box from "@mui/material/Box";
import type { ElementType, ReactNode } from "react";

interface Props {
  children: ReactNode;
  as?: ElementType;
  id?: string;
}

/** Text for assistive technology only. */
export function VisuallyHidden({ children, as = "span", id }: Props) {
  return (
    <Box
      component={as}
      id={id}
      sx={{
        position: "absolute",
        width: "1px",
        height: "1px",
        m: "-1px",
        p: 0,
        overflow: "hidden",
        clipPath: "inset(50%)",
        whiteSpace: "nowrap",
      }}
    >
      {children}
    </Box>
  );
}
