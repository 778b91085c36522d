import { Command } from 'commander';
import { CheckFailed } from './check-failed.ts';
import { classifiedTool, familiesOf } from './classified.ts';
import { linesOf } from './lines.ts';
import { writeLines } from './write-lines.ts';
import { isToolRow, readToolRow, type ToolRow } from './tool-rows.ts';

/** A row may name siblings that come later, so all rows are read first: this much, and no more. */
const LIMITS = { lineBytes: 4 * 1024 * 1024, totalBytes: 256 * 1024 * 1024 };

/** `toolgate classify`: tools as lines of JSON in, their classes as lines of JSON out, in the same order. */
export function classifyCommand(): Command {
  return new Command('classify')
    .description('Say what each tool could do, how bad that could be, why, and which rule to put on it.')
    .addHelpText(
      'after',
      `
Reads lines of JSON {server?, name, description?, inputSchema?, annotations?} from standard input; rows that name the
same server are siblings. Writes one line {name, category, risk, confidence, evidence, rationale, policy} each, in order.
Works offline. A line that is no tool is reported with its number and left out; the exit code is then 1.

Example:
  $ echo '{"name": "pause_campaign", "description": "Wstrzymuje kampanię"}' | toolgate classify`,
    )
    .action(async () => {
      const { rows, hasBadLines } = await readRows(process.stdin);
      await writeLines(classifiedLines(rows));
      if (hasBadLines) throw new CheckFailed();
    });
}

function* classifiedLines(rows: readonly ToolRow[]): Generator<string> {
  const familyOfRow = familiesOf(rows);
  for (const row of rows) yield JSON.stringify(classifiedTool(row, familyOfRow(row)));
}

/** Reads all rows; a bad line is reported on standard error as it is met. */
async function readRows(
  input: AsyncIterable<Uint8Array | string>,
): Promise<{ readonly rows: readonly ToolRow[]; readonly hasBadLines: boolean }> {
  const rows: ToolRow[] = [];
  let hasBadLines = false;
  for await (const { text, line } of linesOf(input, LIMITS)) {
    const row = readToolRow(text, line);
    if (isToolRow(row)) rows.push(row);
    else {
      hasBadLines = true;
      process.stderr.write(`line ${row.line}: ${row.message}\n`);
    }
  }
  return { rows, hasBadLines };
}
