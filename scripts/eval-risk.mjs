// Measures the risk classifier against labelled tools.
//
//   npm run eval:risk                          our own set, test/risk/labelled/labelled.jsonl
//   npm run eval:risk -- --definitions DIR     the same, with whole definitions from the scan files of a folder
//   npm run eval:risk -- FILE…                 other sets: JSON lines {server, tool or name, description, category, …}
//   npm run eval:risk -- --errors [FILE…]      also lists the errors of the development part, and only of that one
//
// Our own set holds a short quote of each definition. Where the folder of scans (by default `catalogue/scans` in the data
// folder) has the server, its whole definitions and all its tools as siblings are used instead.
//
// A third of the servers, chosen by a hash of their names, is held out: look at errors, and change the lexicon for them,
// only in the development part. Rows of one server are siblings.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { classify, familyOf } from '#risk';

const LABELS = ['read', 'write', 'execute', 'destructive', 'financial'];
const OWN_SET = fileURLToPath(new URL('../test/risk/labelled/labelled.jsonl', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { errors: { type: 'boolean' }, definitions: { type: 'string' } },
});
const scans = values.definitions ?? join(process.env.TOOLGATE_DATA ?? 'data', 'catalogue', 'scans');
const files = positionals.length > 0 ? positionals : [OWN_SET];

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
        return LABELS.includes(label)
          ? [{ ...row, name: row.name ?? row.tool, description: row.description ?? row.quote, label }]
          : [];
      } catch (error) {
        throw new Error(`${file}:${index + 1}: ${error.message}`, { cause: error });
      }
    });
}

function judge(rows, mayHaveDefinitions) {
  const judged = [];
  for (const [server, group] of groupBy(rows)) {
    const tools = mayHaveDefinitions ? scannedTools(server) : [];
    const family = familyOf((tools.length > 0 ? tools : group).map(({ name }) => name));
    for (const row of group) {
      const definition = tools.find(({ name }) => name === row.name);
      const tool = { ...row, ...definition };
      judged.push({ ...tool, isWhole: definition !== undefined, verdict: classify(tool, family) });
    }
  }
  return judged;
}

/** The tools that a server answered with when it was scanned; none where it was not. */
function scannedTools(server) {
  const file = join(scans, `${server.replaceAll('/', '__')}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).outcome?.tools ?? []) : [];
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
  const rows = judge(rowsOf(file), file === OWN_SET);
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
  const whole = rows.filter(({ isWhole }) => isWhole).length;
  console.log(
    `\n${file}${file === OWN_SET ? `: whole definitions of ${whole} of ${rows.length} tools` : ''}`,
  );
  console.table(table);
  for (const part of ['development', 'held out']) {
    console.log(`confusion, ${part}: rows are labels, columns verdicts`);
    console.table(confusion(parts[part]));
  }
  if (!values.errors) continue;
  for (const { label, verdict, name, description, evidence } of parts.development)
    if (verdict.category !== label)
      console.log(
        `${evidence ? 'E' : '-'} ${label} → ${verdict.category} ${verdict.confidence} ${name} | ${(description ?? '').slice(0, 120)}`,
      );
}
