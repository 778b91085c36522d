/** What JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A text as JSON, as `JSON.stringify` writes it; in half the time for names, which are plain nearly always. */
export function jsonText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
