import { escapeControls } from './escape.ts';

const PLAIN = /^[\x20-\x7e]*$/;

/** Whether a text is kept as it is. */
export function isShort(text: string, maxChars: number): boolean {
  return text.length <= maxChars && PLAIN.test(text);
}

/**
 * A text fit to be kept or shown: control characters escaped, and cut with an ellipsis where it would be longer
 * than `maxChars` (UTF-16 units); neither an escape nor a character is cut in half.
 */
export function clip(text: string, maxChars: number): string {
  if (isShort(text, maxChars)) return text;
  // A text of megabytes must cost no more than what is kept of it; every character has at least one unit.
  const whole = escapeControls(text.slice(0, maxChars + 1));
  if (whole.length <= maxChars) return whole;
  let kept = '';
  for (const character of text.slice(0, maxChars)) {
    const next = kept + escapeControls(character);
    if (next.length > maxChars - 1) break;
    kept = next;
  }
  return `${kept}…`;
}
