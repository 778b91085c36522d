import {
  applyEdits,
  findNodeAtLocation,
  modify,
  parseTree,
  type FormattingOptions,
  type Node,
} from 'jsonc-parser';
import type { Place } from './place.ts';

/** Order in which the members of a document are written when they are new. */
const ORDER = [
  '$schema',
  'version',
  'description',
  'default',
  'mode',
  'arguments',
  'hide',
  'all_tools',
  'risk',
  'tools',
  'resources',
  'prompts',
];
/** From so many members on, an object is written anew in one go instead of one member at a time. */
const MANY = 4;

function layoutOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  const isTabs = indent.startsWith('\t');
  return {
    insertSpaces: !isTabs,
    tabSize: isTabs ? 1 : Math.min(indent.length, 8),
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/**
 * The text with one value put, replaced or (undefined) taken out. Whatever else stands in the text stays as it is, letter for letter. An
 * index beyond the end of a list appends.
 */
export function setAt(text: string, place: Place, value: unknown): string {
  if (value === undefined) return withoutAt(text, place);
  const root = parseTree(text);
  const isNewMember = root !== undefined && findNodeAtLocation(root, place.slice(0, 1)) === undefined;
  const edits = modify(text, [...place], value, {
    formattingOptions: layoutOf(text),
    getInsertionIndex: (names) => (isNewMember ? insertionIndex(names, String(place[0])) : names.length),
  });
  return applyEdits(text, edits);
}

/** Takes a member or an element out, with its comma and the space before it. (`modify` formats what is left, and breaks some texts so.) */
function withoutAt(text: string, place: Place): string {
  const root = parseTree(text);
  const value = root && findNodeAtLocation(root, [...place]);
  const node = value?.parent?.type === 'property' ? value.parent : value;
  const siblings = node?.parent?.children ?? [];
  if (node === undefined || siblings.length === 0) return text;
  const index = siblings.indexOf(node);
  const before = siblings[index - 1];
  const after = siblings[index + 1];
  const end = node.offset + node.length;
  if (before !== undefined) return text.slice(0, before.offset + before.length) + text.slice(end);
  if (after !== undefined) return text.slice(0, node.offset) + text.slice(after.offset);
  const { offset = 0, length = 0 } = node.parent ?? {};
  return text.slice(0, offset + 1) + text.slice(offset + length - 1);
}

function insertionIndex(names: readonly string[], name: string): number {
  const rank = ORDER.indexOf(name);
  const after = names.findLastIndex((other) => ORDER.indexOf(other) !== -1 && ORDER.indexOf(other) < rank);
  return after + 1;
}

/** The text with several members of one object put, replaced or (undefined) taken out. The texts of all others stay as they are. */
export function setMembers(text: string, place: Place, members: ReadonlyMap<string, unknown>): string {
  const root = parseTree(text);
  const object = root && findNodeAtLocation(root, [...place]);
  if (members.size < MANY || object?.type !== 'object') return setOneByOne(text, place, members, object);
  const written = new Map<string, string>();
  for (const { children: [key, value] = [] } of object.children ?? []) {
    if (key === undefined || value === undefined) continue;
    written.set(String(key.value), text.slice(key.offset, value.offset + value.length));
  }
  for (const [name, value] of members) {
    if (value === undefined) written.delete(name);
    else written.set(name, `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  }
  return replaceContent(text, object, [...written.values()], ['{', '}']);
}

function setOneByOne(
  text: string,
  place: Place,
  members: ReadonlyMap<string, unknown>,
  object: Node | undefined,
): string {
  if (object === undefined) {
    const given = [...members].filter(([, value]) => value !== undefined);
    return given.length === 0 ? text : setAt(text, place, Object.fromEntries(given));
  }
  let result = text;
  for (const [name, value] of members) {
    const isThere = findNodeAtLocation(object, [name]) !== undefined;
    if (value !== undefined || isThere) result = setAt(result, [...place, name], value);
  }
  return result;
}

/** Writes the members of an object, or the elements of a list, one a line. */
function replaceContent(
  text: string,
  node: Node,
  parts: readonly string[],
  [open, close]: readonly [string, string],
): string {
  const { insertSpaces, tabSize, eol } = layoutOf(text);
  const lineStart = text.lastIndexOf('\n', node.offset) + 1;
  const outer = /^[ \t]*/.exec(text.slice(lineStart, node.offset))?.[0] ?? '';
  const inner = outer + (insertSpaces === true ? ' '.repeat(tabSize ?? 2) : '\t');
  const content =
    parts.length === 0
      ? `${open}${close}`
      : `${open}${eol}${parts.map((part) => inner + part).join(`,${eol}`)}${eol}${outer}${close}`;
  return text.slice(0, node.offset) + content + text.slice(node.offset + node.length);
}

/** The text with names put into a list of texts and others taken out; a list that is empty then goes, with its member. */
export function changeNames(
  text: string,
  place: Place,
  { add, remove }: { readonly add: readonly string[]; readonly remove: ReadonlySet<string> },
): string {
  if (add.length + remove.size === 0) return text;
  const root = parseTree(text);
  const list = root && findNodeAtLocation(root, [...place]);
  if (list?.type !== 'array') return add.length === 0 ? text : setAt(text, place, add);
  const elements = list.children ?? [];
  const kept = elements.filter(({ value }) => !remove.has(String(value)));
  const known = new Set(kept.map(({ value }) => String(value)));
  const fresh = add.filter((name) => !known.has(name));
  const gone = elements.length - kept.length;
  if (gone + fresh.length === 0) return text;
  if (kept.length + fresh.length === 0) return setAt(text, place, undefined);
  if (gone + fresh.length < MANY) {
    let result = text;
    for (let index = elements.length - 1; index >= 0; index--)
      if (remove.has(String(elements[index]?.value))) result = setAt(result, [...place, index], undefined);
    fresh.forEach((name, index) => (result = setAt(result, [...place, kept.length + index], name)));
    return result;
  }
  const parts = [
    ...kept.map(({ offset, length }) => text.slice(offset, offset + length)),
    ...fresh.map((name) => JSON.stringify(name)),
  ];
  return replaceContent(text, list, parts, ['[', ']']);
}

/** Where a place stands in a text, from the key that names it to the end of its value. */
export function rangeAt(
  text: string,
  place: Place,
): { readonly from: number; readonly to: number } | undefined {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, [...place]);
  if (node === undefined) return undefined;
  const { offset, length } = node.parent?.type === 'property' ? node.parent : node;
  return { from: offset, to: offset + length };
}
