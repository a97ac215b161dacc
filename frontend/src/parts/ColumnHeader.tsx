import Box from "@mui/material/Box";
import { GridColumnHeaderTitle } from "@mui/x-data-grid";
import { type ReactNode, useLayoutEffect, useRef } from "react";
import { placeText, SortedHeader, type SortPlace } from "./multiSort";

interface Props {
  name: string;
  place: SortPlace | undefined;
  width: number;
}

/** The header of a column, with its place in a sort by several. */
export function ColumnHeader({ name, place, width }: Props) {
  if (!place) {
    return (
      <HeaderName name={name}>
        <GridColumnHeaderTitle label={name} columnWidth={width} />
      </HeaderName>
    );
  }
  return (
    <HeaderName name={`${name} ${placeText(place)}`}>
      <SortedHeader name={name} {...place} />
    </HeaderName>
  );
}

/**
 * Names the header cell of the grid that it is in. WebKit, unlike Chromium, derives no name from the content of a header,
 * and the grid has no property for it.
 */
export function HeaderName({ name, children }: { name: string; children: ReactNode }) {
  const content = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    content.current?.closest("[role=columnheader]")?.setAttribute("aria-label", name);
  }, [name]);
  return (
    <Box component="span" ref={content} sx={{ display: "contents" }}>
      {children}
    </Box>
  );
}
