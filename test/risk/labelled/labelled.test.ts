import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classify, familyOf, RISK_CATEGORIES, type RiskCategory } from '#risk';

interface Row {
  readonly server: string;
  readonly name: string;
  readonly quote: string;
  readonly category: string;
  readonly evidence: boolean;
  readonly lang: string;
}

const rows = readFileSync(new URL('labelled.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

const judged = rows.map((row) => {
  const siblings = rows.filter(({ server }) => server === row.server).map(({ name }) => name);
  const { category } = classify({ name: row.name, description: row.quote }, familyOf(siblings));
  return { ...row, label: row.category.toLowerCase(), said: category };
});
const evident = judged.filter(({ evidence }) => evidence);

function accuracy(some: typeof judged): number {
  return some.filter(({ label, said }) => label === said).length / some.length;
}

function f1(category: RiskCategory): number {
  const said = evident.filter((row) => row.said === category).length;
  const meant = evident.filter((row) => row.label === category).length;
  const both = evident.filter((row) => row.said === category && row.label === category).length;
  return (2 * both) / (said + meant);
}

describe('the labelled tools', () => {
  it('are at least 600 of many servers, each quoted in at most eight words', () => {
    expect(rows.length).toBeGreaterThanOrEqual(600);
    expect(new Set(rows.map(({ server }) => server)).size).toBeGreaterThanOrEqual(300);
    expect(rows.filter(({ quote }) => quote.split(/\s+/).length > 8)).toEqual([]);
    expect(new Set(rows.map(({ server, name }) => `${server} ${name}`)).size).toBe(rows.length);
  });

  it('are classified as labelled, from their quote alone, in at least 92 of 100 cases with evidence', () => {
    expect(accuracy(evident)).toBeGreaterThanOrEqual(0.92);
    const mean = RISK_CATEGORIES.reduce((sum, category) => sum + f1(category), 0) / RISK_CATEGORIES.length;
    expect(mean).toBeGreaterThanOrEqual(0.88);
  });

  it('are classified as labelled when they are not described in English', () => {
    expect(accuracy(evident.filter(({ lang }) => lang !== 'en' && lang !== 'none'))).toBeGreaterThanOrEqual(
      0.85,
    );
  });

  it('never pass for Read in more than one of 100 cases when they run, destroy or pay', () => {
    const harmful = evident.filter(({ label }) => ['execute', 'destructive', 'financial'].includes(label));
    const missed = harmful.filter(({ said }) => said === 'read');
    expect(missed.length / harmful.length).toBeLessThanOrEqual(0.01);
  });
});
