/** A server's words on a terminal or in a file of ours: no control characters, no change of writing direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '�');
}
