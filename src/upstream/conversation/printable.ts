/** C0 and C1 controls, and the marks that reorder text: a server must not draw on the operator's terminal. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A server's text as it may be shown to a person: control characters are written as their escapes. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) =>
    character === '\t' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
