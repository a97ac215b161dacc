// However it was pasted: spaces and line breaks mean nothing, and mail programs make dashes of their own.
/** An invite's code as it is sent. */
export const plainCode = (code: string): string =>
  code.replace(/[\s\u200b\u2060\ufeff]+/g, "").replace(/[\u2010-\u2015\u2212]/g, "-");
