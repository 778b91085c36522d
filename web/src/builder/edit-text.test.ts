import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPolicy, type PolicyDocument } from '#policy';
import { changeNames, rangeAt, setAt, setMembers } from './edit-text.ts';
import { placeOfRule, pointerOf, type Place, type Segment } from './place.ts';
import { names, policies, texts } from './policies.suite.ts';

function documentOf(text: string): PolicyDocument {
  const read = readPolicy(text);
  if (!read.ok) throw new Error(`${read.problems[0]?.message ?? ''}\n${text}`);
  return read.document;
}

/** Every place of a value, the outermost first. */
function placesOf(value: unknown, place: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  const entries: readonly [Segment, unknown][] = Array.isArray(value)
    ? value.map((one, index): [Segment, unknown] => [index, one])
    : Object.entries(value);
  return [place, ...entries.flatMap(([key, inner]) => placesOf(inner, [...place, key]))];
}

function valueAt(value: unknown, place: Place): unknown {
  return place.reduce<unknown>((here, segment) => (here as Record<Segment, unknown>)[segment], value);
}

/** The same value with another one at a place; plain JavaScript, to hold the edits of texts against. */
function withValue(value: unknown, place: Place, put: unknown): unknown {
  const [first, ...rest] = place;
  if (first === undefined) return put;
  if (Array.isArray(value))
    return value.map((one, index) => (index === first ? withValue(one, rest, put) : one));
  const entries = Object.entries(value as object);
  return Object.fromEntries(
    entries.map(([key, one]) => [key, key === first ? withValue(one, rest, put) : one]),
  );
}

describe('for any policy', () => {
  it('JSON to builder to JSON is the same', () => {
    fc.assert(
      fc.property(policies, (document) => {
        const text = JSON.stringify(document);
        expect(JSON.stringify(documentOf(text))).toBe(text);
        // every part, written again from what the builder shows of it
        let rewritten = text;
        for (const place of placesOf(document).slice(1))
          rewritten = setAt(rewritten, place, valueAt(documentOf(text), place));
        expect(JSON.stringify(documentOf(rewritten))).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  it('one edit changes the value at its place and nothing else, whatever the layout', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.constantFrom(true, 7, 'text', { a: [1] }), (text, seed, value) => {
        const before = JSON.parse(text) as unknown;
        const places = placesOf(before).slice(1);
        const place = places[seed % places.length] ?? ['version'];
        const range = rangeAt(text, place);
        const after = setAt(text, place, value);
        expect(JSON.stringify(JSON.parse(after))).toBe(JSON.stringify(withValue(before, place, value)));
        // and no letter outside of what was there
        expect(after.startsWith(text.slice(0, range?.from))).toBe(true);
        expect(after.endsWith(text.slice(range?.to))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('taking one member out leaves the others as they are written', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const document = documentOf(text);
        for (const name of ['description', 'hide', 'tools', 'prompts'] as const) {
          if (!Object.hasOwn(document, name)) continue;
          const { [name]: _gone, ...rest } = document;
          expect(JSON.stringify(JSON.parse(setAt(text, [name], undefined)))).toBe(JSON.stringify(rest));
        }
      }),
    );
  });

  it('many members at once are the same as one at a time', () => {
    const changes = fc.array(fc.tuple(names, fc.constantFrom(undefined, {}, { action: 'deny' })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, changes, (text, pairs) => {
        const members = new Map<string, unknown>(pairs);
        const before = documentOf(text);
        const expected = new Map<string, unknown>(Object.entries(before.tools ?? {}));
        for (const [name, value] of members)
          if (value === undefined) expected.delete(name);
          else expected.set(name, value);
        const after = documentOf(setMembers(text, ['tools'], members));
        expect(new Map(Object.entries(after.tools ?? {}))).toEqual(expected);
        const { tools: _after, ...rest } = after;
        const { tools: _before, ...wanted } = before;
        expect(JSON.stringify(rest)).toBe(JSON.stringify(wanted));
      }),
      { numRuns: 400 },
    );
  });

  it('names come and go, and the others stay in their order', () => {
    const some = fc.uniqueArray(names, { maxLength: 5 });
    fc.assert(
      fc.property(texts, some, some, (text, add, remove) => {
        const before: readonly string[] = documentOf(text).hide ?? [];
        const gone = new Set<string>(remove);
        const kept = before.filter((name) => !gone.has(name));
        const expected = [...kept, ...add.filter((name) => !kept.includes(name))];
        const after = documentOf(changeNames(text, ['hide'], { add, remove: gone })).hide ?? [];
        expect(after).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});

it('a new member of the document stands where people look for it', () => {
  const text = '{\n  "version": "1",\n  "default": "deny",\n  "tools": {}\n}\n';
  expect(setAt(text, ['mode'], 'observe')).toBe(
    '{\n  "version": "1",\n  "default": "deny",\n  "mode": "observe",\n  "tools": {}\n}\n',
  );
});

describe('the place of a rule', () => {
  const document = documentOf(
    '{"version":"1","default":"deny","hide":["x"],"tools":{"a/b":{"limits":[{"counter":"c","window":"day","max":1}],"rate_limit":{"max":1,"window":60}}}}',
  );
  it.each([
    ['/tools/a~1b/limits/c', '/tools/a~1b/limits/0'],
    ['/tools/a~1b/limits/rate_limit', '/tools/a~1b/limits'],
    ['/tools/a~1b/action', '/tools/a~1b'],
    ['(hidden)', '/hide'],
    ['(default deny)', '/default'],
  ])('%s is at %s', (rule, pointer) => {
    expect(pointerOf(placeOfRule(document, rule) ?? [])).toBe(pointer);
  });
  it('what stands in no document has none', () => {
    expect(placeOfRule(document, '(unknown tool)')).toBeUndefined();
  });
});
