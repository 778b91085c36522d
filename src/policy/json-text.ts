import { type Node, type ParseError, findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Problem } from './decision.ts';
import { pointerTo, type Segment } from './pointer.ts';

/** A JSON text, read with the place of everything in it. */
export interface JsonText {
  /** The value as far as it could be read; undefined when there is none. */
  readonly value: unknown;
  /** Syntax errors and duplicate keys. */
  readonly problems: readonly Problem[];
  /** Whether the syntax is sound; duplicate keys leave it so. */
  readonly sound: boolean;
  /**
   * Describes a fault at a place: the value there or, with `at: 'key'`, the key that names it. A place that is
   * not in the text is shown at the nearest one around it.
   */
  problemAt(path: readonly Segment[], message: string, suggestion?: string, at?: 'key' | 'value'): Problem;
}

const SYNTAX_MESSAGES: Partial<Record<ReturnType<typeof printParseErrorCode>, string>> = {
  InvalidSymbol: 'this is not a JSON value; texts need double quotes',
  InvalidNumberFormat: 'this is not a JSON number',
  PropertyNameExpected: 'a key in double quotes must stand here (JSON allows no trailing comma)',
  ValueExpected: 'a value must stand here (JSON allows no trailing comma)',
  ColonExpected: 'a colon must stand here',
  CommaExpected: 'a comma must stand here',
  CloseBraceExpected: 'a closing brace "}" is missing',
  CloseBracketExpected: 'a closing bracket "]" is missing',
  EndOfFileExpected: 'the document ends before this',
  InvalidCommentToken: 'JSON has no comments; use "description"',
  UnexpectedEndOfComment: 'this comment does not end, and JSON has no comments',
  UnexpectedEndOfString: 'this text does not end: a closing quote is missing',
  InvalidUnicode: 'this \\u escape needs four hexadecimal digits',
  InvalidEscapeCharacter: 'this escape is not one of JSON\'s: \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX',
  InvalidCharacter: 'this character must be escaped inside a text',
};

/** Line and column, 1-based, of offsets into a text. */
function positionsOf(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (const lineEnd of text.matchAll(/\r\n|\n|\r/g)) starts.push(lineEnd.index + lineEnd[0].length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

/**
 * The value of a node. Unlike the parser's own, it keeps a key `__proto__` as data, and of a key that stands there
 * twice the first, which is the one that `findNodeAtLocation` finds.
 */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value;
  const members = new Map<string, unknown>();
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (key === undefined || value === undefined || members.has(String(key.value))) continue;
    members.set(String(key.value), valueOf(value));
  }
  return Object.fromEntries(members);
}

/** Every key that its object has already, at any depth; keys are compared as decoded. */
function findDuplicateKeys(
  node: Node,
  path: readonly Segment[],
  report: (path: readonly Segment[], key: Node) => void,
) {
  if (node.type === 'array') {
    (node.children ?? []).forEach((element, index) => findDuplicateKeys(element, [...path, index], report));
  }
  if (node.type !== 'object') return;
  const seen = new Set<string>();
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (key === undefined) continue;
    const name = String(key.value);
    if (seen.has(name)) report([...path, name], key);
    seen.add(name);
    if (value !== undefined) findDuplicateKeys(value, [...path, name], report);
  }
}

function nodeAt(root: Node, path: readonly Segment[], at: 'key' | 'value'): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node === undefined) continue;
    const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
    return at === 'key' && length === path.length && key !== undefined ? key : node;
  }
  return root;
}

/**
 * Reads a JSON text (RFC 8259: no comments, no trailing commas; a byte order mark is passed over) and reports all
 * syntax errors and duplicate keys at once. Never throws.
 */
export function readJsonText(source: string): JsonText {
  const text = source.replace(/^\uFEFF/, ' ');
  return readSound(text) ?? readWithPlaces(text);
}

/** The usual case, and many times as fast: a text without fault, whose places nobody asks for. */
function readSound(text: string): JsonText | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (membersIn(text) !== membersOf(value)) return undefined; // some key stands there twice
  } catch {
    return undefined;
  }
  let withPlaces: JsonText | undefined;
  return {
    value,
    problems: [],
    sound: true,
    problemAt: (...about) => (withPlaces ??= readWithPlaces(text)).problemAt(...about),
  };
}

/** How many members a JSON text writes down: as many as there are colons outside of texts. */
function membersIn(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === COLON) count++;
    else if (character === QUOTE) i = endOfText(text, i);
  }
  return count;
}

const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Index of the quote that closes the text opened at `start`: the first one behind an even number of backslashes. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if (end < 0 || (end - before) % 2 === 1) return end < 0 ? text.length : end;
  }
}

/** How many members the objects of a value have together. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const element of value) count += membersOf(element);
  else
    for (const name of Object.keys(value)) count += 1 + membersOf((value as Record<string, unknown>)[name]);
  return count;
}

function readWithPlaces(text: string): JsonText {
  const positionOf = positionsOf(text);
  const problems: Problem[] = [];
  const errors: ParseError[] = [];
  let root: Node | undefined;
  let value: unknown;
  if (text.trim() === '') problems.push({ message: 'the text is empty', pointer: '', line: 1, column: 1 });
  else
    try {
      root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
      if (root !== undefined) {
        value = valueOf(root);
        findDuplicateKeys(root, [], (path, key) => {
          const message = `the key ${JSON.stringify(path.at(-1))} stands here twice`;
          problems.push({ message, pointer: pointerTo(path), ...positionOf(key.offset) });
        });
      }
      if (errors.length === 0) JSON.parse(text);
    } catch {
      if (errors.length === 0) {
        problems.push({
          message: 'the text is not JSON, or nested too deeply',
          pointer: '',
          line: 1,
          column: 1,
        });
      }
      root = undefined;
    }
  for (const [index, { error, offset }] of errors.entries()) {
    if (errors[index - 1]?.offset === offset) continue; // the parser says the same fault in two ways
    const message = SYNTAX_MESSAGES[printParseErrorCode(error)] ?? 'the text is not JSON';
    problems.push({ message, pointer: '', ...positionOf(offset) });
  }
  return {
    value,
    problems,
    sound: errors.length === 0 && root !== undefined,
    problemAt(path, message, suggestion, at = 'value') {
      const place = root === undefined ? { line: 1, column: 1 } : positionOf(nodeAt(root, path, at).offset);
      const problem = { message, pointer: pointerTo(path), ...place };
      return suggestion === undefined ? problem : { ...problem, suggestion };
    },
  };
}
