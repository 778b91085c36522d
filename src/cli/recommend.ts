import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import { messageOf, ToolgateError } from '#platform';
import { linesOf } from './lines.ts';
import { printable } from './printable.ts';
import { onceEach, recommendFor } from './recommended.ts';
import { isToolRow, readToolRow, type BadRow, type ToolRow } from './tool-rows.ts';

const LIMITS = { lineBytes: 16 * 1024 * 1024, totalBytes: 16 * 1024 * 1024 };

/** `toolgate recommend`: a whole policy for the tools of one server. */
export function recommendCommand(): Command {
  return new Command('recommend')
    .description(
      'Write a policy for a server: each tool with the rule that its class calls for, all else denied.',
    )
    .argument('<file>', 'tools/list answer, list of tools or lines of JSON; - for standard input')
    .option('--json', 'print {policy, tools: [{tool, category, rationale, effect}]}')
    .addHelpText(
      'after',
      `
The policy goes to standard output, a sentence per tool to standard error.

Examples:
  $ toolgate recommend tools.json > policy.json
  $ toolgate policy lint policy.json --tools tools.json`,
    )
    .action(async (file: string, flags: { json?: true }) => {
      const tools = onceEach(await toolsIn(file));
      const { policy, told } = recommendFor(tools);
      if (flags.json) {
        process.stdout.write(`${JSON.stringify({ policy, tools: told }, null, 2)}\n`);
        return;
      }
      process.stdout.write(`${JSON.stringify(policy, null, 2)}\n`);
      for (const { tool, category, rationale, effect } of told)
        process.stderr.write(`${printable(tool)}: ${category}; ${effect}. ${printable(rationale)}\n`);
    });
}

async function toolsIn(file: string): Promise<readonly ToolRow[]> {
  const text = await textOf(file);
  const whole = wholeList(text, file);
  if (whole !== undefined) return whole;
  const rows = text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [readToolRow(line, index + 1)]));
  const bad = rows.filter((row): row is BadRow => !isToolRow(row));
  if (bad.length > 0 || rows.length === 0)
    throw new ToolgateError('usage.tools', `${nameOf(file)} holds no list of tools.`, {
      details: bad.slice(0, 20).map(({ line, message }) => `line ${line}: ${message}`),
      hint: 'It must be a tools/list answer, a list of tools, or one tool a line.',
    });
  const tools = rows.filter(isToolRow);
  if (new Set(tools.map(({ server }) => server)).size > 1)
    throw new ToolgateError('usage.tools', `${nameOf(file)} holds tools of several servers.`, {
      hint: 'A policy belongs to one server: give the tools of one.',
    });
  return tools;
}

/** The tools of a `tools/list` answer, its result, or a plain list; undefined when the text is something else. */
function wholeList(text: string, file: string): readonly ToolRow[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { tools: own, result } = (value ?? {}) as { tools?: unknown; result?: { tools?: unknown } };
  const tools = Array.isArray(value) ? value : (own ?? result?.tools);
  if (tools === undefined) return undefined;
  const rows = Array.isArray(tools) ? tools.map((tool) => readToolRow(JSON.stringify(tool), 1)) : [];
  if (rows.length > 0 && rows.every(isToolRow)) return rows;
  throw new ToolgateError('usage.tools', `${nameOf(file)} holds no list of tools with names.`);
}

async function textOf(file: string): Promise<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines: string[] = [];
  try {
    for await (const { text, line } of linesOf(input, LIMITS)) {
      while (lines.length < line - 1) lines.push('');
      lines.push(text);
    }
  } catch (error) {
    if (error instanceof ToolgateError) throw error;
    throw new ToolgateError('usage.unreadable', `Cannot read ${file}: ${messageOf(error)}.`, {
      hint: 'Name an existing file, or - for standard input.',
      cause: error,
    });
  }
  return lines.join('\n');
}

function nameOf(file: string): string {
  return file === '-' ? 'Standard input' : file;
}
