import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

/** Something that is wrong with a block, and where; lines and columns begin at 1. Holds nothing of the block's values. */
export interface BlockProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** A pasted text as a tree; whole only where there are no problems. */
export interface BlockText {
  readonly root: Node | undefined;
  readonly problems: readonly BlockProblem[];
  problemAt(offset: number, message: string): BlockProblem;
}

const DEEPEST = 64;
const MOST_FAULTS = 10;

const MESSAGES: Partial<Record<ReturnType<typeof printParseErrorCode>, string>> = {
  InvalidSymbol: 'This is not a JSON value; texts need double quotes.',
  InvalidNumberFormat: 'This is not a JSON number.',
  PropertyNameExpected: 'A key in double quotes must stand here.',
  ValueExpected: 'A value must stand here.',
  ColonExpected: 'A colon must stand here.',
  CommaExpected: 'A comma must stand here.',
  CloseBraceExpected: 'A closing brace is missing.',
  CloseBracketExpected: 'A closing bracket is missing.',
  EndOfFileExpected: 'The block ends before this.',
  UnexpectedEndOfComment: 'This comment does not end.',
  UnexpectedEndOfString: 'This text does not end: a closing quote is missing.',
  InvalidUnicode: 'This \\u escape needs four hexadecimal digits.',
  InvalidEscapeCharacter: 'This escape is not one of JSON’s.',
  InvalidCharacter: 'This character must be escaped inside a text.',
};

/**
 * Reads JSON with comments and trailing commas; members without the braces around them, as they are copied out of a file, are
 * read too. Never throws.
 */
export function readBlockText(pasted: string): BlockText {
  const isBare = /^\s*"[^"\\]{0,200}"\s*:/.test(pasted);
  const text = isBare ? `{${pasted}}` : pasted;
  const problemAt = (offset: number, message: string): BlockProblem => ({
    message,
    ...placeOf(pasted, isBare ? offset - 1 : offset),
  });
  const tooDeep = deepPlace(text);
  if (tooDeep !== undefined)
    return { root: undefined, problems: [problemAt(tooDeep, 'The block is nested too deeply.')], problemAt };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const problems = errors
    .slice(0, MOST_FAULTS)
    .map(({ error, offset }) =>
      problemAt(offset, MESSAGES[printParseErrorCode(error)] ?? 'This is not valid JSON.'),
    );
  return { root, problems, problemAt };
}

/** Members of an object with the place of each key; of a key that stands there twice, the last one counts. */
export function membersOf(node: Node | undefined): ReadonlyMap<string, { key: Node; value: Node }> {
  const members = new Map<string, { key: Node; value: Node }>();
  if (node?.type !== 'object') return members;
  for (const { children: [key, value] = [] } of node.children ?? [])
    if (key !== undefined && value !== undefined) members.set(String(key.value), { key, value });
  return members;
}

/** The texts of an array, or one text alone; undefined for anything else. */
export function textsOf(node: Node | undefined): readonly string[] | undefined {
  if (node?.type === 'string') return [String(node.value)];
  if (node?.type !== 'array') return undefined;
  const children = node.children ?? [];
  return children.every(({ type }) => type === 'string' || type === 'number')
    ? children.map(({ value }) => String(value))
    : undefined;
}

/** The parser calls itself for every level, so that levels are counted before. */
function deepPlace(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const first = text.charAt(scanner.getTokenOffset());
    if (first === '{' || first === '[') depth++;
    if (first === '}' || first === ']') depth--;
    if (depth > DEEPEST) return scanner.getTokenOffset();
  }
  return undefined;
}

function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, Math.max(0, Math.min(offset, text.length)));
  const lines = before.split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
