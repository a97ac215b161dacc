/** Returns an invite code without white space, and with plain hyphens in place of the dashes of mail programs. */
export const normalizeInviteCode = (code: string): string =>
  code.replace(/[\s\u200b\u2060\ufeff]+/g, "").replace(/[\u2010-\u2015\u2212]/g, "-");
