import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classify, type Classification } from './classify.ts';
import { familyOf } from './siblings.ts';

interface Row {
  readonly server: string;
  readonly name: string;
  readonly description: string;
  readonly category: Classification['category'];
  /** Why it has its category, for people. */
  readonly because: string;
}

const rows = readFileSync(new URL('./corpus/tools.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const namesOf = (server: string): string[] =>
  rows.filter((row) => row.server === server).map(({ name }) => name);

describe('the corpus of invented tools', () => {
  it.each(rows.map((row) => [`${row.server}: ${row.name}`, row] as const))('%s', (_, row) => {
    const found = classify(row, familyOf(namesOf(row.server)));
    expect({ category: found.category, because: row.because }).toEqual({
      category: row.category,
      because: row.because,
    });
  });

  it('has every category and quotes evidence for all but the unknown', () => {
    const found = new Set(rows.map(({ category }) => category));
    expect([...found].sort()).toEqual(['destructive', 'execute', 'financial', 'read', 'unknown', 'write']);
    const bare = rows.filter((row) => row.category !== 'unknown' && classify(row, []).evidence.length === 0);
    expect(bare).toEqual([]);
  });

  it('quotes and translates every language that is not English', () => {
    const languages = new Set(
      rows.flatMap((row) => classify(row, []).evidence.flatMap((one) => one.language ?? [])),
    );
    const known = ['cs', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'ru', 'tr', 'uk', 'zh'];
    expect([...languages].sort()).toEqual(known);
  });
});
