/** Text of others as it is: what a reader would not see is written out, so that nothing hides in a name or an argument. */

/** Characters that a reader does not see, or that turn the direction of what is around them; lone halves of characters too. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180D\u3164\uFFA0]|[\u{E0100}-\u{E01EF}]/u;
/** Spaces that look like the usual one and are not. */
const ODD_SPACE = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/u;
/** A joiner inside an emoji is seen: it makes one picture of two. */
const JOINS_PICTURES =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})/u;
/** Most texts, told apart much faster. */
const PLAIN = /^[\n\t\x20-\x7E]*$/;
const IN_TEXT = new RegExp(`(${JOINS_PICTURES.source})|(${UNSEEN.source})`, 'gu');
const IN_JSON = new RegExp(`(${JOINS_PICTURES.source})|(${UNSEEN.source}|${ODD_SPACE.source})`, 'gu');

/** The text with every unseen character written as `\u{202e}`; line feeds and tabs stay. */
export function inert(text: string, max = Number.POSITIVE_INFINITY): string {
  const shown = clip(text, max);
  const written = PLAIN.test(shown) ? shown : shown.replace(IN_TEXT, writtenOut);
  return shown.length < text.length ? `${written}…` : written;
}

/** The same for names, which stand on one line: line feeds and tabs are written out too. */
export function inertName(name: string, max = Number.POSITIVE_INFINITY): string {
  return inert(name, max)
    .replaceAll('\n', String.raw`\u{a}`)
    .replaceAll('\t', String.raw`\u{9}`);
}

/**
 * A value as JSON over several lines, in which unseen characters and odd spaces are escapes of JSON itself: what is read is exactly what
 * the value is, and may be copied.
 */
export function inertJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? '';
  return PLAIN.test(text) ? text : text.replace(IN_JSON, escaped);
}

function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  // not between the halves of a character
  return text.slice(0, /[\uD800-\uDBFF]/.test(text.charAt(max - 1)) ? max - 1 : max);
}

function writtenOut(found: string, joiner: string | undefined): string {
  if (joiner !== undefined || found === '\n' || found === '\t') return found;
  return String.raw`\u{${(found.codePointAt(0) ?? 0).toString(16)}}`;
}

function escaped(found: string, joiner: string | undefined): string {
  // the line feeds of the layout: those of a text are escapes already
  if (joiner !== undefined || found === '\n') return found;
  return Array.from(
    { length: found.length },
    (_, index) => String.raw`\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
