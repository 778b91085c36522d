// Controls (C0, DEL, C1), format characters (bidi overrides, zero width), line and paragraph separators, half
// surrogates: whatever could forge a line, colour a terminal or show a text in another order than it has.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text with every unsafe character written as `\u{hex}`; all other text as it is. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** One line of JSON that is safe to print: unsafe characters inside strings become JSON escapes. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${hex4(character.charCodeAt(i))}`).join(''),
  );
}

function hex4(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}
