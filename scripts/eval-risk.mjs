// Measures the risk classifier against labelled tools: JSON lines {server, tool or name, description, category, …}.
//
//   npm run eval:risk -- FILE…            figures of all rows, and by part
//   npm run eval:risk -- --errors FILE…   also lists the errors of the development part, and only of that one
//
// A third of the servers, chosen by a hash of their names, is held out: look at errors, and change the lexicon for them,
// only in the development part. Rows of one server are siblings.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { classify, familyOf } from '../dist/risk/index.js';

const LABELS = ['read', 'write', 'execute', 'destructive', 'financial'];
const args = process.argv.slice(2);
const showsErrors = args.includes('--errors');
const files = args.filter((arg) => !arg.startsWith('--'));
if (files.length === 0) {
  console.error('usage: npm run eval:risk -- [--errors] FILE…');
  process.exit(2);
}

const isHeldOut = (server) =>
  Number.parseInt(createHash('sha256').update(server).digest('hex').slice(0, 8), 16) % 3 === 0;

function rowsOf(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      try {
        const row = JSON.parse(line);
        const label = String(row.category).toLowerCase();
        return LABELS.includes(label) ? [{ ...row, name: row.name ?? row.tool, label }] : [];
      } catch (error) {
        throw new Error(`${file}:${index + 1}: ${error.message}`, { cause: error });
      }
    });
}

function judge(rows) {
  const byServer = Map.groupBy ? Map.groupBy(rows, (row) => row.server) : groupBy(rows);
  const judged = [];
  for (const group of byServer.values()) {
    const family = familyOf(group.map(({ name }) => name));
    for (const row of group) judged.push({ ...row, verdict: classify(row, family) });
  }
  return judged;
}

function groupBy(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.server, [...(groups.get(row.server) ?? []), row]);
  return groups;
}

function figures(rows) {
  const correct = rows.filter(({ label, verdict }) => verdict.category === label).length;
  const f1 = LABELS.flatMap((label) => {
    const said = rows.filter(({ verdict }) => verdict.category === label).length;
    const meant = rows.filter((row) => row.label === label).length;
    const both = rows.filter((row) => row.label === label && row.verdict.category === label).length;
    return meant === 0 ? [] : [both === 0 ? 0 : (2 * both) / (said + meant)];
  });
  const harmful = rows.filter(({ label }) => ['execute', 'destructive', 'financial'].includes(label));
  return {
    rows: rows.length,
    servers: new Set(rows.map(({ server }) => server)).size,
    accuracy: share(correct, rows.length),
    'unknown as Execute': share(
      rows.filter(
        ({ label, verdict }) => (verdict.category === 'unknown' ? 'execute' : verdict.category) === label,
      ).length,
      rows.length,
    ),
    'macro F1': (f1.reduce((sum, one) => sum + one, 0) / Math.max(f1.length, 1)).toFixed(3),
    'harmful as Read': share(
      harmful.filter(({ verdict }) => verdict.category === 'read').length,
      harmful.length,
    ),
    unknown: share(rows.filter(({ verdict }) => verdict.category === 'unknown').length, rows.length),
  };
}

function share(part, whole) {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

function confusion(rows) {
  const table = {};
  for (const label of LABELS) {
    const meant = rows.filter((row) => row.label === label);
    if (meant.length === 0) continue;
    table[label] = Object.fromEntries(
      [...LABELS, 'unknown'].map((said) => [
        said,
        meant.filter(({ verdict }) => verdict.category === said).length,
      ]),
    );
  }
  return table;
}

for (const file of files) {
  const rows = judge(rowsOf(file));
  const parts = {
    development: rows.filter(({ server }) => !isHeldOut(server)),
    'held out': rows.filter(({ server }) => isHeldOut(server)),
    all: rows,
  };
  const table = {};
  for (const [part, own] of Object.entries(parts)) {
    table[part] = figures(own);
    const cuts = {
      'with evidence': own.filter(({ evidence }) => evidence === true),
      'with evidence and a description': own.filter(
        ({ evidence, description }) => evidence === true && description,
      ),
      'not English': own.filter(({ lang }) => lang !== undefined && !['en', 'none'].includes(lang)),
    };
    for (const [cut, some] of Object.entries(cuts))
      if (some.length > 0 && some.length < own.length) table[`${part}, ${cut}`] = figures(some);
  }
  console.log(`\n${file}`);
  console.table(table);
  for (const part of ['development', 'held out']) {
    console.log(`confusion, ${part}: rows are labels, columns verdicts`);
    console.table(confusion(parts[part]));
  }
  if (!showsErrors) continue;
  for (const { label, verdict, name, description, evidence } of parts.development)
    if (verdict.category !== label)
      console.log(
        `${evidence ? 'E' : '-'} ${label} → ${verdict.category} ${verdict.confidence} ${name} | ${(description ?? '').slice(0, 120)}`,
      );
}
