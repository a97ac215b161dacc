/** A product's name as a short code: the initials of its words, or the start of its only word. */
export function productCode(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const [first = name] = words;
  if (words.length < 2) return first.slice(0, 3);
  return words.map((word) => word.slice(0, 1).toUpperCase()).join("");
}
