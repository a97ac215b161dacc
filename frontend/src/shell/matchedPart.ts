/** Letters as a search compares them, each with the index of its source: without case and marks, ß as ss. */
function compared(text: string): { letter: string; at: number }[] {
  const letters: { letter: string; at: number }[] = [];
  let at = 0;
  for (const source of text) {
    const plain = source
      .normalize("NFKD")
      .replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, "")
      .toLowerCase()
      .replaceAll("ß", "ss")
      .replaceAll("ı", "i");
    for (const letter of plain) letters.push({ letter: /\s/u.test(letter) ? " " : letter, at });
    at += source.length;
  }
  return letters;
}

/** Where in a text a search found what was typed: [from, to), the beginning of a term if there is one; else null. */
export function matchedPart(text: string, typed: string): [number, number] | null {
  const letters = compared(text);
  const wanted = compared(typed.trim().replace(/\s+/gu, " "));
  if (wanted.length === 0) return null;
  const matchesAt = (n: number) => wanted.every(({ letter }, i) => letters[n + i]?.letter === letter);
  const starts = letters.map((_, n) => n).filter(matchesAt);
  const start = starts.find((n) => n === 0 || letters[n - 1]?.letter === " ") ?? starts[0];
  if (start === undefined) return null;
  const from = letters[start]?.at ?? 0;
  const last = letters[start + wanted.length - 1]?.at ?? 0;
  const to = letters.slice(start + wanted.length).find(({ at }) => at > last)?.at ?? text.length;
  return [from, to];
}
