import type { ReactNode } from "react";

/** A line of the palette. */
export interface Hit {
  id: string;
  group: "favourites" | "recent" | "commands" | "msps" | "clients" | "users";
  name: string;
  note?: string | null;
  /** The typed text, marked where the name or the note contains it. */
  typed?: string;
  /** Further terms that find it. */
  terms?: string;
  icon: ReactNode;
  run: () => unknown;
}

/** Whether each of the typed terms begins a term of the line. */
export function matches({ name, terms = "" }: Hit, typed: string): boolean {
  const own = termsOf(`${name} ${terms}`);
  return termsOf(typed).every((term) => own.some((other) => other.startsWith(term)));
}

const termsOf = (text: string) =>
  text
    .toLocaleLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
