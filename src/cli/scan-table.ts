import { printable } from './printable.ts';
import type { ScannedServer } from './scan.ts';
import { scannedTools } from './scanned-tools.ts';

const WORST_FIRST = ['Financial', 'Destructive', 'Execute', 'Unknown', 'Write', 'Read'];
const MAX_NAME = 48;

/** A scanned server as a table for a terminal, the most dangerous tools first. Empty for one that did not answer. */
export function tableOf({ server, version, outcome }: ScannedServer): string {
  if (!outcome.answered) return '';
  const tools = scannedTools(outcome.tools);
  const rows = tools
    .toSorted((a, b) => WORST_FIRST.indexOf(a.category) - WORST_FIRST.indexOf(b.category))
    .map(({ name, category, risk, rationale }) => [
      clipped(printable(name)),
      category,
      risk,
      printable(rationale),
    ]);
  const counts = WORST_FIRST.flatMap((category) => {
    const count = tools.filter((tool) => tool.category === category).length;
    return count === 0 ? [] : [`${count} ${category}`];
  });
  const title = `${printable(server)}${version === undefined ? '' : ` ${printable(version)}`}`;
  const count = `${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`;
  const head = `${title}: ${count}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}, MCP ${outcome.revision}\n`;
  return `${head}${aligned(rows)}`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

function clipped(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1)}…`;
}
