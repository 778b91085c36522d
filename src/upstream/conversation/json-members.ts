/** Where a value stands in a text, in UTF-16 units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Replacement extends Span {
  readonly text: string;
}

/**
 * Where each member's value of the object that begins at `text[at]` stands, so that one member can be replaced without
 * writing the others anew: numbers keep their digits. The text must be valid JSON. Undefined when a name occurs
 * twice, because readers differ in which one they take, and when there is no object at that place.
 */
export function membersOf(text: string, at: number): ReadonlyMap<string, Span> | undefined {
  const members = new Map<string, Span>();
  if (text[at] !== '{') return undefined;
  let position = skipSpace(text, at + 1);
  while (text[position] === '"') {
    const nameEnd = skipString(text, position);
    const name = JSON.parse(text.slice(position, nameEnd)) as string;
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, start);
    if (members.has(name)) return undefined;
    members.set(name, { start, end });
    position = skipSpace(text, end);
    if (text[position] === ',') position = skipSpace(text, position + 1);
  }
  return members;
}

/** The text with each span replaced; spans must not overlap. */
export function replaceSpans(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let done = 0;
  for (const { start, end, text: instead } of replacements.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(done, start) + instead;
    done = end;
  }
  return result + text.slice(done);
}

export function skipSpace(text: string, at: number): number {
  let position = at;
  while (' \t\r\n'.includes(text.charAt(position)) && position < text.length) position++;
  return position;
}

function skipString(text: string, at: number): number {
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote === -1 ? text.length : quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

const STRUCTURE = /["{}[\]]/g;
const PRIMITIVE_END = /[,\]}\s]|$/g;

function skipValue(text: string, at: number): number {
  if (text[at] === '"') return skipString(text, at);
  if (text[at] !== '{' && text[at] !== '[') return indexFrom(PRIMITIVE_END, text, at);
  let depth = 0;
  let position = at;
  while (position < text.length) {
    const character = text[position];
    if (character === '"') {
      position = indexFrom(STRUCTURE, text, skipString(text, position));
      continue;
    }
    depth += character === '{' || character === '[' ? 1 : -1;
    if (depth === 0) return position + 1;
    position = indexFrom(STRUCTURE, text, position + 1);
  }
  return text.length;
}

function indexFrom(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.index ?? text.length;
}
