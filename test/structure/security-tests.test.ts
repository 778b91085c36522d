import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The list of ways round a policy names tests: each of them must be there under that title. */
const docs = resolve(import.meta.dirname, '../../docs');
const text = readFileSync(resolve(docs, 'security-tests.md'), 'utf8');
const rows = [...text.matchAll(/^\| (\d+) \|.*\|$/gm)].map(([row, number]): [number, string] => [
  Number(number),
  row.split(' | ').at(-1) ?? '',
]);

/** File and title of every test that a passage names: a link, a colon, titles in backticks. */
function testsIn(passage: string): [file: string, title: string][] {
  return [...passage.matchAll(/\]\(([^)]+\.test\.ts)\):((?:[,\s]+`[^`]+`)+)/g)].flatMap(
    ([, file = '', titles = '']) =>
      [...titles.matchAll(/`([^`]+)`/g)].map(([, title = '']): [string, string] => [file, title]),
  );
}

/** A title is written as a text of its own, as an argument of `it` or `describe` or in a table of cases. */
function isTitle(title: string, source: string): boolean {
  const escaped = title.replaceAll("'", "\\'");
  return [`'${title}'`, `'${escaped}'`, `"${title}"`, `\`${title}\``].some((quoted) =>
    source.includes(quoted),
  );
}

describe('the list of ways round a policy', () => {
  it('has 35 rows, each with a test', () => {
    expect(rows.map(([number]) => number)).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
    expect(rows.filter(([, passage]) => testsIn(passage).length === 0)).toEqual([]);
  });

  it.each(testsIn(text))('%s holds the test: %s', (file, title) => {
    expect(isTitle(title, readFileSync(resolve(docs, file), 'utf8'))).toBe(true);
  });
});
