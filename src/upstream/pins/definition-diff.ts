import { sentenceOf, type Difference } from './change-sentence.ts';
import type { DefinedTool } from './definition-hash.ts';
import { wordDiff, type WordRun } from './word-diff.ts';

/** One difference between two definitions of a tool. What the server wrote is shown with its invisible characters made visible. */
export interface DefinitionChange {
  /** JSON Pointer into the definition; empty for the whole tool. */
  readonly pointer: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What it means, in a sentence. */
  readonly text: string;
  /** Texts as they are, other values as JSON; long ones are cut. */
  readonly before?: string;
  readonly after?: string;
  /** Of a text that changed: which words. */
  readonly words?: readonly WordRun[];
}

type Place = Difference['place'];

const MOST_CHANGES = 200;
const LONGEST_VALUE = 4_000;
const MEMBERS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

/**
 * What is different between two definitions of one tool, in the order of their members; `undefined` stands for a tool that was not there
 * or is gone. At most 200 changes: what comes after is one last change that says so. Never throws for what `parseStrict` read.
 */
export function definitionDiff(
  before: DefinedTool | undefined,
  after: DefinedTool | undefined,
): readonly DefinitionChange[] {
  if (after === undefined) {
    const text = 'The server no longer lists the tool.';
    return before === undefined ? [] : [{ pointer: '', kind: 'removed', text }];
  }
  // whoever accepts a new tool must see what it is
  if (before === undefined) {
    const isNew = { pointer: '', kind: 'added', text: 'The tool is new.' } as const;
    return [isNew, ...definitionDiff({ name: after.name }, after)];
  }
  const differences: Difference[] = [];
  for (const member of MEMBERS) compare(before[member], after[member], [member], differences);
  const shown = differences
    .slice(0, MOST_CHANGES)
    .flatMap((difference) => changeOf(difference, before, after) ?? []);
  if (differences.length > MOST_CHANGES)
    shown.push({ pointer: '', kind: 'changed', text: 'There are more changes than are shown here.' });
  return shown;
}

function compare(before: unknown, after: unknown, place: Place, found: Difference[]): void {
  if (found.length > MOST_CHANGES || before === after) return;
  if (before === undefined) found.push({ place, kind: 'added', before, after });
  else if (after === undefined) found.push({ place, kind: 'removed', before, after });
  else if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(ownOf(before, key), ownOf(after, key), [...place, key], found);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    compareLists(before, after, place, found);
  } else found.push({ place, kind: 'changed', before, after });
}

/** The order of `required` and `enum` says nothing: their lists are compared as sets. */
function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  place: Place,
  found: Difference[],
): void {
  const isSet = ['required', 'enum', 'type'].includes(String(place.at(-1)));
  if (!isSet) {
    for (let i = 0; i < Math.max(before.length, after.length); i++)
      compare(before[i], after[i], [...place, i], found);
    return;
  }
  const textsOf = (list: readonly unknown[]): ReadonlySet<string> =>
    new Set(list.map((one) => JSON.stringify(one)));
  const [had, has] = [textsOf(before), textsOf(after)];
  for (const text of has)
    if (!had.has(text))
      found.push({ place, kind: 'added', before: undefined, after: JSON.parse(text) as unknown });
  for (const text of had)
    if (!has.has(text))
      found.push({ place, kind: 'removed', before: JSON.parse(text) as unknown, after: undefined });
}

function changeOf(
  difference: Difference,
  tool: DefinedTool,
  changed: DefinedTool,
): DefinitionChange | undefined {
  const text = sentenceOf(difference, tool, changed);
  if (text === undefined) return undefined;
  const { place, kind, before, after } = difference;
  const isText = typeof before === 'string' && typeof after === 'string';
  return {
    pointer: place.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    kind,
    text: visible(text),
    ...(before !== undefined && { before: shownValue(before) }),
    ...(after !== undefined && { after: shownValue(after) }),
    ...(isText && /\s/.test(before + after) && { words: wordDiff(shownValue(before), shownValue(after)) }),
  };
}

function shownValue(value: unknown): string {
  const text = visible(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** Characters that a reader does not see are where a changed definition hides what it tells a model. */
function visible(text: string): string {
  return text.replace(
    /[^\P{C}\n\t]|[\u2028\u2029]|\p{Variation_Selector}/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownOf(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
