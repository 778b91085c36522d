import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { formatProblem } from '#gateway';
import { openKeyRing, resolveDataDir, silentLog, systemClock, ToolgateError, type KeyRing } from '#platform';
import {
  knowListedTool,
  readPolicy,
  type KnownTool,
  type PolicyDocument,
  type SimulatedOutcome,
  type ToolDefinition,
} from '#policy';
import { createCapture, escapeControls, safeJson, simulateLog, type LogSimulation } from '#records';
import { openStore } from '#store';
import { databaseUrl } from './database-url.ts';
import { momentOf } from './moment.ts';

interface SimulateFlags {
  readonly server: string;
  readonly policy?: string;
  readonly since: string;
  readonly tools?: string;
  readonly json?: true;
  readonly data?: string;
}

/** `toolgate policy simulate`: what a candidate would have said of the calls in the decision log. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('Decide recorded calls anew under a candidate policy, and show what would change.')
    .argument('<candidate>', 'policy file')
    .requiredOption('--server <id>', 'the server whose calls are judged')
    .option('--policy <name>', 'only calls of grants that carried this policy')
    .option('--since <time>', 'calls from then on: 15m, 1h, 7d, or an ISO date or time', '7d')
    .option(
      '--tools <file>',
      'tools/list answer of the server, so that unknown tools and names of arguments are told',
    )
    .option('--json', 'print the result as one object')
    .option('--data <dir>', 'data folder (default: TOOLGATE_DATA, else ./data)')
    .addHelpText(
      'after',
      `
Example:
  $ toolgate policy simulate stricter.json --server fluentcrm --policy main --since 30d

The decision log holds no values of arguments. Rules that look at one are judged only where the server captures them;
everything else is exact, limits counted over the calls themselves.`,
    )
    .action(simulate);
}

async function simulate(file: string, flags: SimulateFlags): Promise<void> {
  const candidate = candidateIn(file);
  const tools = flags.tools === undefined ? undefined : toolsIn(flags.tools);
  const since = momentOf(flags.since, 'ago', systemClock.now());
  const dataDir = resolveDataDir(flags.data);
  const store = openStore({ dataDir, databaseUrl: databaseUrl(), access: 'read' });
  try {
    const capture = createCapture({
      store: store.control.captures,
      keys: lazyKeys(dataDir),
      clock: systemClock,
      log: silentLog,
    });
    const result = await simulateLog(
      { store: store.records, capture },
      {
        server: flags.server,
        since,
        candidate,
        ...(flags.policy !== undefined && { policy: flags.policy }),
        ...(tools && { tools }),
      },
    );
    process.stdout.write(flags.json ? `${safeJson(toJson(result))}\n` : reportOf(result));
  } finally {
    await store.close();
  }
}

/** Opened for the first captured call: most folders have none, and looking at a log must not make a key. */
function lazyKeys(dataDir: string): Pick<KeyRing, 'seal' | 'open'> {
  let keys: KeyRing | undefined;
  const opened = (): KeyRing => (keys ??= openKeyRing(dataDir));
  return {
    seal: (text, purpose) => opened().seal(text, purpose),
    open: (sealed, purpose) => opened().open(sealed, purpose),
  };
}

function candidateIn(file: string): PolicyDocument {
  const read = readPolicy(textOf(file));
  if (read.ok) return read.document;
  throw new ToolgateError('policy.invalid', `${file} is no valid policy.`, {
    details: read.problems.map((problem) => formatProblem(file, problem)),
  });
}

/** A list of tools, a result of `tools/list` or the whole answer around it, by name. */
function toolsIn(file: string): ReadonlyMap<string, KnownTool> {
  const tools = listIn(textOf(file));
  if (tools === undefined)
    throw new ToolgateError('usage.tools', `${file} holds no list of tools.`, {
      hint: 'It must be a list of tools with names, or a tools/list answer.',
    });
  return new Map(tools.map((tool) => [tool.name, knowListedTool(tool, tools)]));
}

function listIn(text: string): readonly ToolDefinition[] | undefined {
  let value: { tools?: unknown; result?: { tools?: unknown } } | unknown[] | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  const tools = Array.isArray(value) ? value : (value?.tools ?? value?.result?.tools);
  const isTool = (tool: unknown): tool is ToolDefinition =>
    typeof tool === 'object' && tool !== null && typeof (tool as { name?: unknown }).name === 'string';
  return Array.isArray(tools) && tools.every(isTool) ? tools : undefined;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ToolgateError('usage.unreadable', `Cannot read ${file}.`, {
      hint: 'Name an existing file.',
      cause,
    });
  }
}

function toJson({ from, ...result }: LogSimulation): object {
  return { ...result, ...(from !== undefined && { from: new Date(from).toISOString() }) };
}

function reportOf(result: LogSimulation): string {
  const { calls, unchanged, changed, unknown, changes, gaps, notes, isComplete } = result;
  const lines = [
    `${calls} calls: ${unchanged} as before, ${changed} would change, ${unknown} cannot be judged.`,
  ];
  if (changes.length > 0) lines.push('', 'What would change:');
  for (const { subject, before, after, count, examples } of changes)
    lines.push(`  ${count} × ${subject}: ${inWords(before)} → ${inWords(after)}  (${examples.join(', ')})`);
  if (gaps.length > 0) lines.push('', 'What cannot be judged:');
  for (const { subject, rule, reason, count, examples } of gaps)
    lines.push(`  ${count} × ${subject}, ${rule}: ${reason}  (${examples.join(', ')})`);
  const all = isComplete ? notes : [...notes, 'There were more calls; the earlier ones were not looked at.'];
  if (all.length > 0) lines.push('', ...all);
  return `${lines.map(escapeControls).join('\n')}\n`;
}

function inWords({ outcome, rule }: SimulatedOutcome): string {
  return `${outcome} by ${rule}`;
}
