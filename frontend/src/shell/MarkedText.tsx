import Box from "@mui/material/Box";
import { matchedPart } from "./matchedPart";

/** A text in which the part that was typed is marked. */
export function MarkedText({ text, typed }: { text: string; typed: string | undefined }) {
  const part = typed ? matchedPart(text, typed) : null;
  if (!part) return text;
  const [from, to] = part;
  return (
    <>
      {text.slice(0, from)}
      <Box
        component="mark"
        sx={{ color: "inherit", bgcolor: "transparent", fontWeight: 650, textDecoration: "underline" }}
      >
        {text.slice(from, to)}
      </Box>
      {text.slice(to)}
    </>
  );
}
